import type { Operation } from '@atrium/api/operations/table.ts'
import { expect, test } from 'vitest'
import { Router } from './router.ts'
import { loadContract } from './table.ts'

const operation = (method: Operation['method'], path: string): Operation => ({
  id: `${method} ${path}`,
  method,
  path,
  parameters: [],
  responses: { 200: null },
})

const router = new Router([
  operation('GET', '/v1/users/{uid}'),
  operation('GET', '/v1/users/info'),
  operation('GET', '/v1/users/{userUid}/roles'),
  operation('PUT', '/v1/users/{uid}'),
])

test('fixed segments win over placeholders, and a dead end goes back', () => {
  expect(router.find('GET', '/v1/users/info')?.operation.id).toBe('GET /v1/users/info')
  expect(router.find('GET', '/v1/users/info/roles')).toMatchObject({ params: { userUid: 'info' } })
})

test('parameters have the names of their own operation and are decoded', () => {
  expect(router.find('PUT', '/v1/users/a%20b')?.params).toEqual({ uid: 'a b' })
})

test('unknown paths, methods and empty segments find nothing', () => {
  expect(router.find('DELETE', '/v1/users/x')).toBeNull()
  expect(router.find('GET', '/v1/users//roles')).toBeNull()
  expect(router.find('GET', '/v1/nothing')).toBeNull()
})

test('a malformed escape is refused', () => {
  expect(() => router.find('PUT', '/v1/users/%zz')).toThrow(/percent escape/)
})

test('every operation of the contract is found by its own path', () => {
  const { operations } = loadContract()
  const all = new Router(operations)
  for (const { id, method, path } of operations) {
    expect(all.find(method, path.replaceAll(/\{\w+\}/g, 'x-1'))?.operation.id).toBe(id)
  }
})
