import { expect, test } from 'vitest'
import { putRecent } from './recent.ts'

test('of too many the one that was longest unused is forgotten', () => {
  const kept = new Map<string, number>()
  for (const [value, key] of ['a', 'b', 'a', 'c'].entries()) putRecent(kept, key, value, 2)
  expect([...kept]).toEqual([
    ['a', 2],
    ['c', 3],
  ])
})
