import { expect, test } from 'vitest'
import { chartDefaults } from './chart-defaults.ts'
import { plain } from './placed.ts'

const at = (text: string, key: string): unknown => {
  const found = chartDefaults(text, 'values.yaml').at(key)
  return found === null ? 'nothing' : plain(found)
}

test.each<[string, string, unknown]>([
  ['a: 1\n# b: 2\nb:\n  c: [x]\n', 'b', { c: ['x'] }],
  ['a: |\n  text: 1\n  b: 2\n"b": 3\n', 'b', 3],
  ['a: 1\nb: 2\nb: 3\n', 'b', 3],
  ['---\n# first\nb: {c: 1}\n', 'b', { c: 1 }],
  ['a: {\n  x: 1\n}\nb: 2\n', 'a', { x: 1 }],
  ['b:\nc: 1\n', 'b', null],
  ['b:\r\n  c: 1\r\nd: 2\r\n', 'b', { c: 1 }],
])('a key of %j is read by itself: %s', (text, key, expected) => {
  expect(at(text, key)).toEqual(expected)
  expect(at(text, 'none')).toBe('nothing')
})

// What lines do not tell is read as a whole.
test.each<[string, string, unknown]>([
  ['a: &x {c: 1}\nb: *x\n', 'b', { c: 1 }],
  ['base: &x {c: 1}\nb:\n  <<: *x\n', 'b', { c: 1 }],
  ['{a: 1, b: 2}', 'b', 2],
  ['? a\n: 1\nb: 2\n', 'b', 2],
  ['b: !!str 1\n', 'b', '1'],
  ['- a\n- b\n', 'b', 'nothing'],
  ['', 'b', 'nothing'],
  ['b: [', 'b', 'nothing'],
])('a key of %j is what it is in the whole: %s', (text, key, expected) => {
  expect(at(text, key)).toEqual(expected)
})

test('a chart whose values are wrong elsewhere still knows its other keys', () => {
  expect(at('a: [\nb: {c: 1}\n', 'b')).toEqual({ c: 1 })
})
