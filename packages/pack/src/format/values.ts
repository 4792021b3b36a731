import { isAlias, isMap, isScalar, type Node, type Pair, type ParsedNode, visit } from 'yaml'
import { maskMacros } from './macro-scan.ts'
import { packError } from './problems.ts'
import { type ParsedText, parseYaml } from './yaml-text.ts'

/** A values text with look-ups into it. The text itself is never re-printed. */
export interface ValuesText {
  readonly text: string
  /** Value at a path of keys as plain data; undefined where there is none. */
  get(path: readonly string[]): unknown
  /** Like `get`, but a plain scalar comes as it is written (`012` stays `012`). */
  getSource(path: readonly string[]): unknown
  keys(path: readonly string[]): string[]
  /** Line of the value at a path; 0 where there is none. */
  lineOf(path: readonly string[]): number
  /**
   * The part of the text at a path, as a YAML text that means the same by itself: cut out byte for byte, or, only where an alias
   * points out of the part, as JSON. Empty where there is no value.
   */
  slice(path: readonly string[]): string
}

/**
 * Reads a values text. Placeholders may still be in it. Throws `PackError` when it is no YAML, or no map.
 */
export function readValues(text: string, file = 'values.yaml'): ValuesText {
  return valuesOf(text, parseValues(text, file), file)
}

/** The text as YAML. A placeholder outside quotes is no YAML of its own; letters of the same length keep every position. */
export const parseValues = (text: string, file = 'values.yaml'): ParsedText => parseYaml(maskMacros(text), file)

/** What `readValues` answers, of a text that `parseValues` has read. */
export function valuesOf(text: string, parsed: ParsedText, file = 'values.yaml'): ValuesText {
  const root = parsed.document.contents
  if (root !== null && !isMap(root) && parsed.toJs(root) !== null) {
    throw packError(file, 'must hold a map of keys', { line: 1 })
  }
  const find = (path: readonly string[]): ParsedNode | null => findNode(parsed, path)
  return {
    text,
    get: (path) => valueOf(parsed, find(path)),
    getSource(path) {
      const node = find(path)
      if (isScalar(node) && node.type === 'PLAIN' && node.source !== undefined) return original(text, node)
      return valueOf(parsed, node)
    },
    keys: (path) => mapKeys(parsed, find(path)),
    lineOf(path) {
      const offset = find(path)?.range?.[0]
      return offset === undefined ? 0 : parsed.lineAt(offset)
    },
    slice(path) {
      const node = find(path)
      if (node === null || valueOf(parsed, node) === null) return ''
      return hasForeignAlias(node) ? `${JSON.stringify(parsed.toJs(node))}\n` : cut(text, node)
    },
  }
}

const valueOf = (parsed: ParsedText, node: ParsedNode | null): unknown =>
  node === null ? undefined : parsed.toJs(node)

/** The scalar's own letters, placeholders included. */
function original(text: string, node: ParsedNode): string {
  const [start, end] = node.range
  return text.slice(start, end)
}

function findNode(parsed: ParsedText, path: readonly string[]): ParsedNode | null {
  let node: ParsedNode | null = parsed.document.contents
  for (const key of path) {
    node = childOf(parsed, resolveAlias(parsed, node), key)
    if (node === null) return null
  }
  return resolveAlias(parsed, node)
}

const resolveAlias = (parsed: ParsedText, node: ParsedNode | null): ParsedNode | null =>
  isAlias(node) ? ((node.resolve(parsed.document) as ParsedNode | undefined) ?? null) : node

/** Keys may be numbers in YAML; a path is text. A repeated key takes its last value, as in helm. */
function childOf(parsed: ParsedText, node: ParsedNode | null, key: string): ParsedNode | null {
  if (node === null) return null
  if (isMap(node)) {
    const pair = (node.items as Pair<ParsedNode, ParsedNode | null>[]).findLast((item) => keyText(item.key) === key)
    return pair === undefined ? mergedChild(parsed, node, key) : (pair.value ?? null)
  }
  if ('items' in node && /^\d+$/.test(key)) return (node.items[Number(key)] as ParsedNode | undefined) ?? null
  return null
}

/** Looks through `<<: *anchor`. */
function mergedChild(parsed: ParsedText, node: ParsedNode, key: string): ParsedNode | null {
  if (!isMap(node)) return null
  for (const item of node.items as Pair<ParsedNode, ParsedNode | null>[]) {
    if (keyText(item.key) !== '<<') continue
    const found = childOf(parsed, resolveAlias(parsed, item.value), key)
    if (found !== null) return found
  }
  return null
}

const keyText = (key: ParsedNode): string =>
  isScalar(key) ? (key.type === 'PLAIN' ? (key.source ?? '') : String(key.value)) : ''

function mapKeys(parsed: ParsedText, node: ParsedNode | null): string[] {
  const value = valueOf(parsed, node)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
}

/** True when the part names an anchor that lies outside it. */
function hasForeignAlias(node: Node): boolean {
  const anchors = new Set<string>()
  let foreign = false
  visit(node, {
    Node(_key, item) {
      if (isAlias(item)) foreign ||= !anchors.has(item.source)
      else if (item.anchor !== undefined && item !== node) anchors.add(item.anchor)
    },
  })
  return foreign
}

/**
 * From the first letter of the value to its end. A block map keeps its indentation (the first line gets it back), so block scalars and
 * everything else inside mean what they meant.
 */
function cut(text: string, node: ParsedNode): string {
  const [start, end] = node.range
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const before = text.slice(lineStart, start)
  const body = text.slice(start, end)
  const indentation = before.trim() === '' ? before : ' '.repeat(before.length)
  return `${indentation}${body}${body.endsWith('\n') ? '' : '\n'}`
}
