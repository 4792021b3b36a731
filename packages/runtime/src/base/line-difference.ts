import { structuredPatch } from 'diff'

/** Lines in which the texts of one answer may differ: beyond it a text is told as replaced whole. */
export interface LineBudget {
  edits: number
}
export const newLineBudget = (): LineBudget => ({ edits: 4_000 })

const contextLines = 3
const shownLines = 1_000
/** The work grows with the square of it. */
const textEdits = 1_000

/** What differs between two texts: `-` and `+` lines with three lines around them under `@@ -line +line @@`. Pure. */
export function lineDifference(before: string, after: string, budget: LineBudget): string[] {
  if (before === after) return []
  const maxEditLength = Math.min(textEdits, budget.edits)
  // With an end of its own, the last line is one like the others.
  const options = { context: contextLines, maxEditLength }
  const patch = structuredPatch('', '', `${before}\n`, `${after}\n`, undefined, undefined, options)
  const lines = patch
    ? patch.hunks.flatMap((hunk) => [`@@ -${hunk.oldStart} +${hunk.newStart} @@`, ...hunk.lines])
    : replaced(before, after)
  budget.edits -= patch ? lines.filter((line) => /^[-+]/.test(line)).length : maxEditLength
  return cut(lines)
}

const replaced = (before: string, after: string): string[] => [
  '@@ -1 +1 @@',
  ...before.split('\n').map((line) => `-${line}`),
  ...after.split('\n').map((line) => `+${line}`),
]

const cut = (lines: string[]): string[] =>
  lines.length <= shownLines ? lines : [...lines.slice(0, shownLines), `… ${lines.length - shownLines} more lines`]
