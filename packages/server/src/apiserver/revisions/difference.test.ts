import { expect, test } from 'vitest'
import { Hidden, type SpecChange, specChanges } from './difference.ts'
import { summaryOf } from './summary.ts'

const change = (path: string, what: SpecChange['change'], old: unknown, fresh: unknown) => ({
  path,
  change: what,
  old,
  new: fresh,
})

test.each<[string, unknown, unknown, SpecChange[]]>([
  ['nothing', { a: 1, b: [{ name: 'x' }] }, { b: [{ name: 'x' }], a: 1 }, []],
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [change('a.b', 'changed', 1, 2)]],
  [
    'a new and a gone key',
    { a: 1 },
    { b: 2 },
    [change('a', 'removed', 1, undefined), change('b', 'added', undefined, 2)],
  ],
  ['a key that is no word', { 'a/b': 1 }, { 'a/b': 2 }, [change('["a/b"]', 'changed', 1, 2)]],
  [
    'items by their name, wherever they stand',
    {
      pools: [
        { name: 'a', size: 1 },
        { name: 'b', size: 1 },
      ],
    },
    { pools: [{ name: 'b', size: 3 }] },
    [change('pools[a]', 'removed', { name: 'a', size: 1 }, undefined), change('pools[b].size', 'changed', 1, 3)],
  ],
  [
    'the first item of a list',
    { pools: [] },
    { pools: [{ name: 'a' }] },
    [change('pools[a]', 'added', undefined, { name: 'a' })],
  ],
  [
    'another order',
    { layers: [{ name: 'a' }, { name: 'b' }] },
    { layers: [{ name: 'b' }, { name: 'c' }, { name: 'a' }] },
    [
      change('layers[c]', 'added', undefined, { name: 'c' }),
      change('layers', 'reordered', ['a', 'b'], ['b', 'c', 'a']),
    ],
  ],
  ['a list without names', { a: [1, 2] }, { a: [2, 1] }, [change('a', 'changed', [1, 2], [2, 1])]],
  [
    'items of one name as a whole',
    { a: [{ name: 'x' }, { name: 'x' }] },
    { a: [] },
    [change('a', 'changed', [{ name: 'x' }, { name: 'x' }], [])],
  ],
])('finds %s', (_what, old, fresh, expected) => {
  expect(specChanges(old, fresh)).toEqual(expected)
})

test('what is hidden is compared, and its parts are not told', () => {
  const [one, other] = [new Hidden({ secret: 'a' }), new Hidden({ secret: 'b' })]
  expect(specChanges({ a: one }, { a: new Hidden({ secret: 'a' }) })).toEqual([])
  expect(specChanges({ a: one }, { a: other })).toEqual([change('a', 'changed', one, other)])
})

test.each<[SpecChange[], string]>([
  [[], 'nothing that is shown'],
  [[change('pools[a].size', 'changed', 2, 3)], 'pools[a].size: 2 → 3'],
  [[change('a', 'changed', '', 'x')], 'a: "" → x'],
  [[change('values', 'changed', 'a\nb', 'a'), change('b', 'added', undefined, {})], 'values changed; b added'],
  [[change('token', 'changed', new Hidden('a'), new Hidden('b'))], 'token changed'],
  [[change('a.uid', 'changed', 'x', 'y'), change('a.version', 'changed', '1', '2')], 'a.version: 1 → 2; a.uid: x → y'],
  [
    ['a', 'b', 'c', 'd', 'e'].map((path) => change(path, 'removed', 1, undefined)),
    'a removed; b removed; c removed; and 2 more',
  ],
])('the summary of %j is %j', (changes, summary) => {
  expect(summaryOf(changes)).toBe(summary)
})
