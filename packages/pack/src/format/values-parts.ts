import { isAlias, isMap, isScalar, type Node, visit } from 'yaml'
import { scanMacros } from './macro-scan.ts'
import { PackError } from './problems.ts'
import type { TextContext } from './text-context.ts'
import { type Entry, ValuesTree } from './values-tree.ts'

/** Where a key at the top of a values text begins, and where its value ends; whole lines. */
export type ValuesPart = Pick<Entry, 'key' | 'start' | 'end'>

/**
 * The keys at the top of a values text whose placeholders are not filled in yet, so that some of them can be read without the others.
 * Null where one key may depend on others (anchors, a key that is a placeholder), or where the text cannot be taken apart by lines.
 */
export function valuesParts(text: string): readonly ValuesPart[] | null {
  const tree = readTree(text)
  if (tree === null || !isMap(tree.root) || isEntangled(tree.root, text)) return null
  const parts = tree.entries(null).map(({ key, start, end }): ValuesPart => ({ key, start, end }))
  const between = parts.map(({ start }, index) => text.slice(parts[index - 1]?.end ?? 0, start))
  const outside = [...between, text.slice(parts.at(-1)?.end ?? 0)].join('')
  const isAll = outside.split('\n').every((line) => /^(?:---)?\s*(?:#|$)/.test(line))
  return isAll && parts.length > 0 ? parts : null
}

/** The text with empty lines in the place of the other keys: what is left stands where it stood. */
export function onlyParts(text: string, parts: readonly ValuesPart[], isWanted: (key: string) => boolean): string {
  let kept = ''
  let at = 0
  for (const { key, start, end } of parts) {
    kept +=
      lineEnds(text.slice(at, start)) + (isWanted(key) ? text.slice(start, end) : lineEnds(text.slice(start, end)))
    at = end
  }
  return kept
}

const lineEnds = (text: string): string => text.replaceAll(/[^\n]+/g, '')

/** True when a value in the place of a placeholder is one value there whatever stands around it: a text that could be read still can. */
export function keepsShape(value: string, context: TextContext): boolean {
  if (value.length > maxShapeChars || UNUSUAL.test(value)) return false
  if (context === 'plain') return WORD.test(value)
  return context === 'block' ? /^\S/.test(value) : !/^(?:---|\.\.\.)/.test(value)
}

/** Far below what any text may hold. */
const maxShapeChars = 10_000
const UNUSUAL = /[[\p{Cc}\p{Cs}]--[\n]]/v
const WORD = /^[A-Za-z0-9](?:[\w./:@-]*[\w/])?$/

function readTree(text: string): ValuesTree | null {
  // A directive changes how all that follows is read.
  if (/^%/m.test(text)) return null
  try {
    return new ValuesTree(text, 'values.yaml')
  } catch (error) {
    if (error instanceof PackError) return null
    throw error
  }
}

/** Anchors reach from one key into another, tags may refuse a value, and a key that is filled in may be any. */
function isEntangled(root: Node, text: string): boolean {
  let isFound = false
  visit(root, {
    Node(_key, node) {
      isFound ||= isAlias(node) || node.anchor !== undefined || node.tag !== undefined
      return isFound ? visit.BREAK : undefined
    },
    Pair(_key, { key }) {
      const written = isScalar(key) && key.range ? text.slice(key.range[0], key.range[1]) : '<<'
      isFound ||= written === '<<' || scanMacros(written).length > 0
      return isFound ? visit.BREAK : undefined
    },
  })
  return isFound
}
