import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineDifference, newLineBudget, wholeDifference } from './line-difference.ts'

const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1}`)

test('shows what differs with three lines around it', () => {
  const before = lines(20)
  const after = before.with(9, 'LINE 10').toSpliced(18, 1)
  expect(lineDifference(before.join('\n'), after.join('\n'), newLineBudget())).toEqual([
    '@@ -7 +7 @@',
    ...[' line 7', ' line 8', ' line 9', '-line 10', '+LINE 10', ' line 11', ' line 12', ' line 13'],
    '@@ -16 +16 @@',
    ...[' line 16', ' line 17', ' line 18', '-line 19', ' line 20'],
  ])
})

/** The text after, made of the text before and a difference that shows every line. */
function apply(before: string, difference: string[]): string {
  const old = before.split('\n')
  const fresh: string[] = []
  let position = 0
  for (const line of difference) {
    const start = /^@@ -(\d+) /.exec(line)?.[1]
    if (start !== undefined) fresh.push(...old.slice(position, (position = Number(start) - 1)))
    else if (line.startsWith('+')) fresh.push(line.slice(1))
    else {
      expect(line.slice(1)).toBe(old[position])
      position += 1
      if (line.startsWith(' ')) fresh.push(line.slice(1))
    }
  }
  return [...fresh, ...old.slice(position)].join('\n')
}

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((all) => all.join('\n'))

test('always leads from the one text to the other', () => {
  fc.assert(
    fc.property(text, text, fc.constantFrom(0, 4, 1_000_000), (before, after, edits) => {
      expect(apply(before, lineDifference(before, after, { edits }))).toBe(after)
    }),
  )
})

test('is bounded in work and in length: a text beyond the budget is replaced whole', () => {
  const [before, after] = ['x\n'.repeat(3_000), 'y\n'.repeat(3_000)]
  const shown = lineDifference(before, after, { edits: 10 })
  expect(shown).toHaveLength(1_001)
  expect(shown.at(-1)).toBe('… 5003 more lines')
})

test('one answer compares only so much: what comes after the budget is spent is told as replaced', () => {
  const budget = { edits: 3 }
  expect(lineDifference('a\nb', 'a\nc', budget)).toEqual(['@@ -1 +1 @@', ' a', '-b', '+c'])
  expect(lineDifference('a\nb', 'a\nc', budget)).toEqual(['@@ -1 +1 @@', '-a', '-b', '+a', '+c'])
  expect(budget.edits).toBe(0)
})

const unifiedDifference = (old: string, now: string): string => wholeDifference(old, now, 2000).join('\n')

test('as a whole shows the fewest changes, with three lines around them', () => {
  const old = 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm'
  expect(unifiedDifference(old, old.replace('c', 'C').replace('\nl', ''))).toBe(
    ['@@ -1 +1 @@', ' a', ' b', '-c', '+C', ' d', ' e', ' f', '@@ -9 +9 @@', ' i', ' j', ' k', '-l', ' m'].join('\n'),
  )
  expect(unifiedDifference(old, old)).toBe('')
})

test('as a whole leads from any text to any other', () => {
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
