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
  const patch = patchOf(before, after, maxEditLength)
  const lines = patch ?? replaced(before, after)
  budget.edits -= patch ? lines.filter((line) => /^[-+]/.test(line)).length : maxEditLength
  return cut(lines)
}

/** The same, however many lines that are; beyond `maxEdits` changed lines a text is told as replaced whole. Pure. */
export const wholeDifference = (before: string, after: string, maxEdits: number): string[] =>
  before === after ? [] : (patchOf(before, after, maxEdits) ?? replaced(before, after))

/** Null when more lines differ. */
function patchOf(before: string, after: string, maxEditLength: number): string[] | null {
  const options = { context: contextLines, maxEditLength }
  // With an end of its own, the last line is one like the others.
  const patch = structuredPatch('', '', `${before}\n`, `${after}\n`, undefined, undefined, options)
  return patch ? patch.hunks.flatMap((hunk) => [`@@ -${hunk.oldStart} +${hunk.newStart} @@`, ...hunk.lines]) : null
}

const replaced = (before: string, after: string): string[] => [
  '@@ -1 +1 @@',
  ...before.split('\n').map((line) => `-${line}`),
  ...after.split('\n').map((line) => `+${line}`),
]

/** Lines as long as they find room in `bytes`, and how many bytes do not. Pure. */
export function fitLines(
  lines: readonly string[],
  bytes: number,
): { lines: string[]; bytes: number; cutBytes: number } {
  const sizes = lines.map((line) => Buffer.byteLength(line) + 1)
  let taken = 0
  let count = 0
  while (count < lines.length && taken + (sizes[count] ?? 0) <= bytes) taken += sizes[count++] ?? 0
  const cutBytes = sizes.slice(count).reduce((sum, size) => sum + size, 0)
  return { lines: lines.slice(0, count), bytes: taken, cutBytes }
}

const cut = (lines: string[]): string[] =>
  lines.length <= shownLines ? lines : [...lines.slice(0, shownLines), `… ${lines.length - shownLines} more lines`]
