import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unifiedDifference } from './line-difference.ts'

test('shows the fewest changes, with three lines around them', () => {
  const old = 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm'
  expect(unifiedDifference(old, old.replace('c', 'C').replace('\nl', ''))).toBe(
    ['@@ -1 +1 @@', ' a', ' b', '-c', '+C', ' d', ' e', ' f', '@@ -9 +9 @@', ' i', ' j', ' k', '-l', ' m'].join('\n'),
  )
  expect(unifiedDifference(old, old)).toBe('')
})

test('leads from any text to any other', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
    .map((lines) => lines.join('\n'))
  const short = fc.tuple(text, text)
  fc.assert(
    fc.property(short, ([old, now]) => {
      const shown = unifiedDifference(old, now)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('@@'))
      const side = (sign: string): string[] =>
        shown.filter((line) => line[0] === ' ' || line[0] === sign).map((line) => line.slice(1))
      // What is not shown is the same in both: taking the shown lines of one text out and those of the other in leads there.
      const rest = (lines: string[], whole: string): number => whole.split('\n').length - lines.length
      if (old !== now) expect(rest(side('-'), old)).toBe(rest(side('+'), now))
      else expect(shown).toEqual([])
    }),
  )
})
