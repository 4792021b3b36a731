import { stripVTControlCharacters } from 'node:util'

export interface TableOptions {
  /** Columns of the terminal; a line is never longer. Absent: as wide as the cells are. */
  width?: number | undefined
  /** Colours of a cell, after everything was measured. */
  paint?: (text: string) => string
}

const GAP = 2
/** A column that gives way keeps this much, or its header. */
const LEAST = 8

/** Rows under a header, columns as wide as their widest cell. Where the terminal is too narrow, the last columns give way first. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { width = Number.POSITIVE_INFINITY, paint = (text) => text }: TableOptions = {},
): string {
  const all = [header, ...rows]
  const wanted = header.map((_, column) => Math.max(...all.map((row) => lengthOf(row[column] ?? ''))))
  const widths = fitColumns(
    wanted,
    header.map((title) => Math.max(LEAST, title.length)),
    width,
  )
  const line = (row: readonly string[], colour: (text: string) => string): string =>
    widths
      .map((columnWidth, column) => {
        const cell = shorten(row[column] ?? '', columnWidth)
        return colour(cell) + ' '.repeat(Math.max(0, columnWidth - lengthOf(cell)))
      })
      .join(' '.repeat(GAP))
      .trimEnd()
  return [line(header, (text) => text), ...rows.map((row) => line(row, paint))].join('\n')
}

/**
 * Widths that fit: from the last column to the first each shrinks to its least, then the last ones are left out. The first always
 * stays, cut to the terminal.
 */
export function fitColumns(wanted: readonly number[], least: readonly number[], width: number): number[] {
  const widths = [...wanted]
  const excess = (): number => widths.reduce((sum, one) => sum + one + GAP, -GAP) - width
  for (let column = widths.length - 1; column > 0 && excess() > 0; column -= 1) {
    const now = widths[column] ?? 0
    widths[column] = Math.max(Math.min(now, least[column] ?? 0), now - excess())
  }
  while (widths.length > 1 && excess() > 0) widths.pop()
  if (widths.length === 1) widths[0] = Math.min(widths[0] ?? 0, width)
  return widths
}

function shorten(text: string, width: number): string {
  if (lengthOf(text) <= width) return text
  return `${stripVTControlCharacters(text).slice(0, Math.max(0, width - 1))}…`
}

const lengthOf = (text: string): number => stripVTControlCharacters(text).length

/** `3m` ago and the like: the largest unit that fits. */
export function formatAge(sinceIso: string | undefined, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(sinceIso ?? '')) / 1000))
  if (Number.isNaN(seconds)) return '-'
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}
