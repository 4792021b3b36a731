import type { Schema } from '@atrium/api/operations/table.ts'
import { expect, test } from 'vitest'
import { unknownOf, withUnknown } from '../shapes/unknown.ts'
import { Projectors } from './projector.ts'

const schemas: Record<string, Schema> = {
  Tree: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      children: { type: ['array', 'null'], items: { $ref: 'Tree' } },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      spec: { $ref: 'Spec' },
      free: { type: 'object' },
    },
  },
  Spec: { type: 'object', properties: { size: { type: 'integer' } } },
  Account: { type: 'object', properties: { password: { type: 'string' }, region: { type: 'string' } } },
}
const project = (value: unknown): unknown => new Projectors(schemas).project({ $ref: 'Tree' }, value)

test('what the schema lacks does not get out, at any depth', () => {
  const value = { name: 'a', secret: 's', spec: { size: 1, token: 't' }, children: [{ name: 'b', secret: 's' }] }
  expect(project(value)).toEqual({ name: 'a', spec: { size: 1 }, children: [{ name: 'b' }] })
})

test('an object where text is declared does not get out either', () => {
  expect(project({ name: { secret: 's' }, labels: { a: 'x', b: { secret: 's' } } })).toEqual({ labels: { a: 'x' } })
})

test('null arrays stay null, free-form objects stay whole', () => {
  const value = { children: null, free: { anything: [1, { goes: true }] } }
  expect(project(value)).toEqual(value)
})

test('properties a client sent and we do not know come back on the same path', () => {
  const sent = { name: 'a', novel: 1, spec: { size: 1, mode: { fast: true } }, missing: { x: 1 } }
  const unknown = unknownOf(schemas, 'Tree', sent)
  expect(unknown).toEqual({ novel: 1, spec: { mode: { fast: true } }, missing: { x: 1 } })
  const view = withUnknown({ name: 'a', spec: { size: 2 } }, unknown)
  expect(project(view)).toEqual({ name: 'a', novel: 1, spec: { size: 2, mode: { fast: true } }, missing: { x: 1 } })
})

test('nothing unknown is taken beside secrets, nor anything called like one', () => {
  expect(unknownOf(schemas, 'Account', { password: 'p', other: 1 })).toBeUndefined()
  expect(unknownOf(schemas, 'Tree', { clientSecret: 's', novel: 1 })).toEqual({ novel: 1 })
})

test('nothing called like a secret is taken at any depth of an unknown property', () => {
  const novel = { password: 'x', mode: 'fast', list: [{ apiKey: 'x', name: 'a' }, 'text'] }
  expect(unknownOf(schemas, 'Tree', { novel, spec: { deep: { deeper: { token: 'x' } } } })).toEqual({
    novel: { mode: 'fast', list: [{ name: 'a' }, 'text'] },
    spec: { deep: { deeper: {} } },
  })
})

test('an unknown property never hides a declared one', () => {
  expect(project(withUnknown({ name: 'a' }, { name: 'forged', extra: 1 }))).toEqual({ name: 'a', extra: 1 })
})
