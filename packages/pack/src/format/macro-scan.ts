/** One placeholder of a text, e.g. `{{.spectro.var.port}}`. */
export interface MacroSpan {
  start: number
  /** Behind the last brace. */
  end: number
  /** What stands between the braces. */
  expression: string
}

// A `{{…}}` on one line that names `.spectro`: everything else in double braces belongs to someone else (helm, foreign templates).
// Texts inside may be written "…", `…`, or \"…\" where the whole value stands in double quotes.
const MACRO = /\{\{-?((?:[^{}"`\\\n]|\\"[^"\\\n]*\\"|"(?:[^"\\\n]|\\.)*"|`[^`\n]*`)*?)-?\}\}/g
const OURS = /(^|[\s(|])\.spectro\./

/** The 1-based line of a position. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/** Line and column of a position, both 1-based. */
export const placeAt = (text: string, offset: number): { line: number; column: number } => ({
  line: lineAt(text, offset),
  column: offset - text.lastIndexOf('\n', offset - 1),
})

/** Every placeholder of ours, in the order of the text. */
export function scanMacros(text: string): MacroSpan[] {
  const spans: MacroSpan[] = []
  for (const match of text.matchAll(MACRO)) {
    const expression = match[1] ?? ''
    if (OURS.test(expression))
      spans.push({ start: match.index, end: match.index + match[0].length, expression: expression.trim() })
  }
  return spans
}

/** The text with every placeholder of ours replaced by letters of the same length. */
export function maskMacros(text: string): string {
  let masked = ''
  let at = 0
  for (const span of scanMacros(text)) {
    masked += text.slice(at, span.start) + 'm'.repeat(span.end - span.start)
    at = span.end
  }
  return masked + text.slice(at)
}
