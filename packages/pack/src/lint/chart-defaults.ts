import { parseYaml } from '../format/yaml-text.ts'
import { once } from './once.ts'
import { type Placed, placedText, readable } from './placed.ts'

/** A chart's own values, by their keys at the top. What cannot be read is not there. */
export interface ChartDefaults {
  at(key: string): Placed | null
}

/** A key at the beginning of a line, plain or in quotes; its value stands behind it and below. */
const KEY = /^("[^"\\\n]*"|'[^'\n]*'|[A-Za-z_][\w./-]*)[ \t]*:(?=[ \t\r]|$)/
/** Anchors, aliases and tags reach from one key into another, or change how a value is read. Comments aside. */
const REACHING = /^(?:[^#\n]*[\s[{,:])?[&*!][^\s&*!]/m
/** What may stand at the beginning of a line besides keys: nothing that is a value of its own. */
const BETWEEN = /^(?:[ \t#\r}\]]|---[ \t]*\r?$|$)/

/**
 * Values of charts are long and mostly comments, and little of them is asked for, so each key is parsed when it is. Where the text does not
 * fall into keys by its lines, it is parsed as a whole.
 */
export function chartDefaults(text: string, place: string): ChartDefaults {
  const parts = partsOf(text)
  const read = (part: string): Placed | null => readable(() => placedText(parseYaml(part, place)).root)
  const whole = once(() => read(text))
  const known = new Map<string, Placed | null>()
  const readPart = (key: string): Placed | null => {
    const part = parts?.get(key)
    if (parts === null) return whole()?.fields?.get(key)?.value ?? null
    if (part === undefined) return null
    // A part that is none by itself belongs to something that lines do not tell.
    return (read(part) ?? whole())?.fields?.get(key)?.value ?? null
  }
  return {
    at(key) {
      const before = known.get(key)
      if (before !== undefined) return before
      const value = readPart(key)
      known.set(key, value)
      return value
    },
  }
}

/** The lines of each key, the last of one that stands twice; null where lines do not tell. */
function partsOf(text: string): ReadonlyMap<string, string> | null {
  if (REACHING.test(text)) return null
  const parts = new Map<string, string>()
  let key: string | null = null
  let start = 0
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at) + 1
    const line = text.slice(at, end).replace(/\n$/, '')
    const [, found] = KEY.exec(line) ?? []
    if (found === undefined && !BETWEEN.test(line)) return null
    if (found !== undefined) {
      if (key !== null) parts.set(key, text.slice(start, at))
      key = found.replace(/^(["'])(.*)\1$/, '$2')
      start = at
    }
    at = end
  }
  if (key !== null) parts.set(key, text.slice(start))
  return parts
}
