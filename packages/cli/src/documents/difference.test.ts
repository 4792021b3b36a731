import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differences, formatDifference } from './difference.ts'

test.each([
  [{ a: '' }, {}, []],
  [{ a: { b: 1 } }, { a: { b: 2 } }, ['a.b']],
  [{ a: [{ name: 'x', v: 1 }] }, { a: [{ name: 'x', v: 2 }, { name: 'y' }] }, ['a[x].v', 'a[y]']],
  [{ a: [{ name: 'x' }, { name: 'y' }] }, { a: [{ name: 'y' }, { name: 'x' }] }, ['a (order)']],
])('%j and %j differ in %j', (live, wanted, paths) => {
  expect(differences(live, wanted).map(({ path }) => path)).toEqual(paths)
})

test('nothing differs from itself', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => differences(value, structuredClone(value)).length === 0))
})

test('texts show the lines that change, and secrets are never shown', () => {
  expect(formatDifference({ path: 'v', live: 'a\nb\nc', wanted: 'a\nd\nc' })).toBe('  v:\n    - b\n    + d')
  expect(formatDifference({ path: 'p', live: '********', wanted: 'hush' })).not.toContain('hush')
})
