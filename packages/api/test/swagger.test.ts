import { expect, test } from 'vitest'
import { importSchema, importSwagger } from '../scripts/swagger.ts'

test('arrays take null and lose uniqueItems', () => {
  expect(importSchema({ type: 'array', uniqueItems: true, items: { type: 'string' } })).toEqual({
    type: ['array', 'null'],
    items: { type: 'string' },
  })
})

test('a draft-4 exclusive minimum becomes a number', () => {
  expect(importSchema({ type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 9 })).toEqual({
    type: 'integer',
    exclusiveMinimum: 0,
    maximum: 9,
  })
})

test('prose goes, a property called description stays', () => {
  const source = { description: 'x', properties: { description: { type: 'string', description: 'y' } } }
  expect(importSchema(source)).toEqual({ type: 'object', properties: { description: { type: 'string' } } })
})

test('the maximum of limit is lifted, shared parameters reach every method, 204 has no body', () => {
  const { operations } = importSwagger({
    paths: {
      '/v1/things/{uid}': {
        parameters: [{ name: 'uid', in: 'path', required: true, type: 'string' }],
        delete: {
          operationId: 'v1ThingsDelete',
          parameters: [{ name: 'limit', in: 'query', type: 'integer', maximum: 50 }],
          responses: { 204: { schema: { $ref: '#/definitions/v1Deleted' } } },
        },
      },
    },
    definitions: {},
  })
  expect(operations).toEqual([
    {
      id: 'v1ThingsDelete',
      method: 'DELETE',
      path: '/v1/things/{uid}',
      parameters: [
        { name: 'uid', in: 'path', required: true, schema: { type: 'string' } },
        { name: 'limit', in: 'query', schema: { type: 'integer' } },
      ],
      responses: { 204: null },
    },
  ])
})
