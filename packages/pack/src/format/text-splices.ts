/** A piece of a text, and what stands in its place; nothing in place of nothing is an insertion. */
export interface Splice {
  start: number
  end: number
  text: string
}

/** The text with its pieces replaced. Pieces must not overlap; of those at one place, insertions come first, in their order. */
export function splice(text: string, splices: readonly Splice[]): string {
  let result = ''
  let at = 0
  for (const piece of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, piece.start) + piece.text
    at = piece.end
  }
  return result + text.slice(at)
}

/** The spaces that the line at `lineStart` begins with. */
export const indentationOf = (text: string, lineStart: number): string =>
  /^ */.exec(text.slice(lineStart, lineStart + 200))?.[0] ?? ''

/** Whole lines moved from one indentation to another; what stands further left moves as far as it can. */
export function reindent(lines: string, from: string, to: string): string {
  if (from === to) return lines
  return lines.replaceAll(/^( *)(?=[^ \n])/gm, (spaces: string) =>
    spaces.startsWith(from)
      ? to + spaces.slice(from.length)
      : to.slice(0, Math.max(0, to.length - from.length + spaces.length)),
  )
}
