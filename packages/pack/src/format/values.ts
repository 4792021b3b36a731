import { isAlias, isMap, isScalar, type Node, type Pair, type ParsedNode, type Scalar, visit } from 'yaml'
import { maskMacros, scanMacros } from './macro-scan.ts'
import { packError } from './problems.ts'
import { indentationOf } from './text-splices.ts'
import { keyText } from './values-tree.ts'
import { type ParsedText, parseYaml, type TextTokens, tokensOf } from './yaml-text.ts'

/** A values text with look-ups into it. The text itself is never re-printed. */
export interface ValuesText {
  readonly text: string
  /** Value at a path of keys as plain data; undefined where there is none. */
  get(path: readonly string[]): unknown
  /** Like `get`, but a plain scalar comes as it is written (`012` stays `012`). */
  getSource(path: readonly string[]): unknown
  keys(path: readonly string[]): string[]
  /**
   * The path that dotted text means, as presets and schemas write it: keys may hold dots themselves, so the longest key that is there
   * counts. Null where there is nothing.
   */
  pathOf(dotted: string): string[] | null
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

/** The same, and its tokens. */
export function parseValuesWithTokens(text: string, file = 'values.yaml'): { parsed: ParsedText; tokens: TextTokens } {
  const masked = maskMacros(text)
  const tokens = tokensOf(masked, file)
  return { parsed: parseYaml(masked, file, tokens), tokens }
}

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
      return isScalar(node) ? written(text, node, valueOf(parsed, node)) : valueOf(parsed, node)
    },
    keys: (path) => mapKeys(parsed, find(path)),
    pathOf: (dotted) => matchPath(parsed, resolveAlias(parsed, root), dotted.split('.')),
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

/** A plain scalar's own letters; what quotes and block texts mean, with the placeholders that were read as other letters. */
function written(text: string, node: Scalar.Parsed, value: unknown): unknown {
  const [start, end] = node.range
  const source = text.slice(start, end)
  if (node.type === 'PLAIN') return source
  const spans = scanMacros(source)
  if (spans.length === 0 || typeof value !== 'string') return value
  // One letter for each placeholder, in order: what they mean in quotes is decided by the text around them alone.
  const marked = spans.reduceRight((all, span) => all.slice(0, span.start) + MARK + all.slice(span.end), source)
  let index = 0
  const original = (): string => {
    const span = spans[index++]
    return span ? source.slice(span.start, span.end) : ''
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const read = parseYaml(`${' '.repeat(indentOf(text, lineStart))}x: ${marked}`, 'values.yaml').toJs()
  return String((read as { x: unknown }).x).replaceAll(MARK, original)
}

const MARK = '\uE000'
const indentOf = (text: string, lineStart: number): number => indentationOf(text, lineStart).length

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

/** Finds the keys, the longest first, that the parts make together. */
function matchPath(parsed: ParsedText, node: ParsedNode | null, parts: readonly string[]): string[] | null {
  if (parts.length === 0) return []
  for (let count = parts.length; count > 0; count -= 1) {
    const key = parts.slice(0, count).join('.')
    if (!hasChild(parsed, node, key)) continue
    const rest = matchPath(parsed, resolveAlias(parsed, childOf(parsed, node, key)), parts.slice(count))
    if (rest !== null) return [key, ...rest]
  }
  return null
}

/** A key without a value is there too. */
const hasChild = (parsed: ParsedText, node: ParsedNode | null, key: string): boolean =>
  childOf(parsed, node, key) !== null || mapKeys(parsed, node).includes(key)

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
