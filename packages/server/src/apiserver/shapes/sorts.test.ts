import { expect, test } from 'vitest'
import { orderOf } from './sorts.ts'

test('sort of a search body is told as orderBy; what is unknown is the name', () => {
  expect(orderOf(undefined)).toBe('')
  expect(orderOf(null)).toBe('')
  expect(orderOf([{ field: 'policyName', order: 'desc' }, { field: 'creationTimestamp' }])).toBe(
    'metadata.name=-1,metadata.creationTimestamp=1',
  )
  expect(orderOf([{ field: null }, { field: 'cloudType', order: 'asc' }], { cloudType: 'spec.cloudType' })).toBe(
    'metadata.name=1,spec.cloudType=1',
  )
})
