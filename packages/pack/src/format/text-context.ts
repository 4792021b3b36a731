import type { CST } from 'yaml'

/** Where in a YAML text a position lies: decides how a value must be written there. */
export type TextContext = 'comment' | 'single-quoted' | 'double-quoted' | 'block' | 'plain'

interface Range {
  start: number
  end: number
  context: TextContext
}

const contextOfToken: Partial<Record<CST.Token['type'] | CST.SourceToken['type'], TextContext>> = {
  comment: 'comment',
  'single-quoted-scalar': 'single-quoted',
  'double-quoted-scalar': 'double-quoted',
  'block-scalar': 'block',
}

/** Answers the context of a position. Works on any text, also on one that is no valid YAML. */
export function textContexts(tokens: readonly CST.Token[]): (offset: number) => TextContext {
  const ranges: Range[] = []
  for (const token of tokens) collect(token, ranges)
  ranges.sort((a, b) => a.start - b.start)
  return (offset) => {
    let low = 0
    let high = ranges.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const range = ranges[middle]
      if (range === undefined) break
      if (offset < range.start) high = middle - 1
      else if (offset >= range.end) low = middle + 1
      else return range.context
    }
    return 'plain'
  }
}

/** Walks the token tree: every token has a type, most have an offset and a source, and children sit in a few known fields. */
function collect(token: unknown, ranges: Range[]): void {
  if (Array.isArray(token)) {
    for (const item of token) collect(item, ranges)
    return
  }
  if (typeof token !== 'object' || token === null) return
  const { type, offset, source, props, start, key, sep, value, items, end } = token as Record<string, unknown>
  const context = contextOfToken[type as CST.Token['type']]
  if (context !== undefined && typeof offset === 'number' && typeof source === 'string') {
    // A block scalar's offset is that of its header; its text follows the header.
    const from = context === 'block' ? (endOf(props) ?? offset) : offset
    ranges.push({ start: from, end: from + source.length, context })
  }
  for (const child of [props, start, key, sep, value, items, end]) collect(child, ranges)
}

function endOf(props: unknown): number | undefined {
  const last = Array.isArray(props) ? (props.at(-1) as { offset?: number; source?: string } | undefined) : undefined
  return last?.offset === undefined || last.source === undefined ? undefined : last.offset + last.source.length
}
