/** Cells of the tables that the texts of one answer may fill: beyond it a text is told as replaced whole. */
export interface LineBudget {
  cells: number
}
export const newLineBudget = (): LineBudget => ({ cells: 4_000_000 })

const contextLines = 3
const shownLines = 1_000

interface Line {
  sign: ' ' | '-' | '+'
  text: string
  /** Position in either text, from 0. */
  old: number
  new: number
}

/** What differs between two texts: `-` and `+` lines with three lines around them under `@@ -line +line @@`. Pure. */
export function lineDifference(before: string, after: string, budget: LineBudget): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  const shared = Math.min(old.length, fresh.length)
  let start = 0
  while (start < shared && old[start] === fresh[start]) start += 1
  let end = 0
  while (end < shared - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1
  const middle = compare(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end), budget)
  const lines: Line[] = [
    ...old.slice(0, start).map((text, index) => ({ sign: ' ' as const, text, old: index, new: index })),
    ...middle.map((line) => ({ ...line, old: line.old + start, new: line.new + start })),
    ...old.slice(old.length - end).map((text, index) => ({
      sign: ' ' as const,
      text,
      old: old.length - end + index,
      new: fresh.length - end + index,
    })),
  ]
  return cut(hunks(lines))
}

/** Keeps the longest common run of lines in place. */
function compare(old: string[], fresh: string[], budget: LineBudget): Line[] {
  const width = fresh.length + 1
  const cells = (old.length + 1) * width
  const isCommon = cells <= budget.cells ? commonRun(old, fresh, budget, cells) : () => false
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < fresh.length) {
    const step = i < old.length && j < fresh.length && isCommon(i, j)
    if (step === true) lines.push({ sign: ' ', text: old[i] ?? '', old: i++, new: j++ })
    else if (i < old.length && (j === fresh.length || step !== 'new'))
      lines.push({ sign: '-', text: old[i] ?? '', old: i++, new: j })
    else lines.push({ sign: '+', text: fresh[j] ?? '', old: i, new: j++ })
  }
  return lines
}

/** Whether line `i` of the one and `j` of the other are a pair; if not, from which text to take the next line. */
function commonRun(
  old: string[],
  fresh: string[],
  budget: LineBudget,
  cells: number,
): (i: number, j: number) => true | 'old' | 'new' {
  budget.cells -= cells
  const width = fresh.length + 1
  const longest = new Uint32Array(cells)
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = fresh.length - 1; j >= 0; j -= 1)
      longest[i * width + j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  return (i, j) => (old[i] === fresh[j] ? true : at(i + 1, j) >= at(i, j + 1) ? 'old' : 'new')
}

function hunks(lines: Line[]): string[] {
  const shown = new Set<number>()
  for (const [index, { sign }] of lines.entries())
    if (sign !== ' ') for (let near = index - contextLines; near <= index + contextLines; near += 1) shown.add(near)
  return lines.flatMap((line, index) => {
    if (!shown.has(index)) return []
    const text = `${line.sign}${line.text}`
    return shown.has(index - 1) && index > 0 ? [text] : [`@@ -${line.old + 1} +${line.new + 1} @@`, text]
  })
}

const cut = (lines: string[]): string[] =>
  lines.length <= shownLines ? lines : [...lines.slice(0, shownLines), `… ${lines.length - shownLines} more lines`]
