import { expect, test } from 'vitest'
import type { KubeObject, ManagedFields } from './object.ts'
import { appliedFields, isMergedList, ownedField, ownedItem, withoutEmpties } from './ownership.ts'

const object = (kind: string, ...managedFields: ManagedFields[]): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', managedFields },
})
const entry = (fieldsV1: object, changes: ManagedFields = {}): ManagedFields => ({
  ...{ manager: 'us', operation: 'Apply', apiVersion: 'v1', fieldsV1 },
  ...changes,
})

test('only what this manager applied in this version counts', () => {
  const fields = { 'f:a': {} }
  expect(appliedFields(object('Thing', entry({}, { manager: 'them' }), entry(fields)), 'us')).toEqual(fields)
  expect(appliedFields(object('Thing', entry({}, { apiVersion: 'v2' })), 'us')).toBeNull()
  expect(appliedFields(object('Thing', entry({}, { operation: 'Update' })), 'us')).toBeNull()
})

test('a Secret declared as text is owned where the server keeps it', () => {
  const secret = object('Secret', entry({ 'f:stringData': { 'f:a': {} }, 'f:data': { 'f:b': {} } }))
  expect(appliedFields(secret, 'us')).toEqual({ 'f:data': { 'f:a': {}, 'f:b': {} } })
})

test('entries of lists are found by their keys, also where one is left to its default', () => {
  const ports = { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {} } }
  expect(isMergedList(ports)).toBe(true)
  expect(ownedItem(ports, { containerPort: 80, protocol: 'TCP' })).toEqual({ '.': {} })
  expect(ownedItem(ports, { containerPort: 80 })).toEqual({ '.': {} })
  expect(ownedItem(ports, { containerPort: 80, protocol: 'UDP' })).toBeUndefined()
})

test('everything inside a value owned as one is owned; what was declared empty leaves its fields to others', () => {
  expect(ownedField({ 'f:a': {} }, 'a')).toEqual({})
  expect(ownedField({}, 'b')).toBe('whole')
  const marked = withoutEmpties(
    { 'f:a': {}, 'f:b': {}, 'f:c': { 'k:{"name":"x"}': { 'f:d': {} } } },
    {
      a: {},
      b: { one: 1 },
      c: [{ name: 'x', d: {} }],
    },
  )
  expect(marked).toEqual({ 'f:a': { '.': {} }, 'f:b': {}, 'f:c': { 'k:{"name":"x"}': { 'f:d': { '.': {} } } } })
})
