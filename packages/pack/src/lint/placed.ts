import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode } from 'yaml'
import { PackError } from '../format/problems.ts'
import { type ParsedText, parseYaml } from '../format/yaml-text.ts'
import type { Place } from './finding.ts'

/** A value of a YAML text with its place. Aliases are followed, merges are taken in; one node stands for one text, however often it is used. */
export interface Placed {
  offset: number
  /** Of a map, in the order of the text; the last of a repeated key. */
  fields: Map<string, PlacedField> | null
  items: Placed[] | null
  /** Of a scalar, as helm reads it. */
  scalar: unknown
}

export interface PlacedField {
  offset: number
  value: Placed
}

/** A text's values and the places of their keys. */
export interface PlacedText {
  root: Placed | null
  /** Keys that stand twice in one map, at the later place. */
  repeated: { path: string[]; offset: number }[]
  placeAt(offset: number): Place
}

/** The values of a parsed text; `parsed` has passed the bounds of `parseYaml`. */
export function placedText(parsed: ParsedText): PlacedText {
  const reader = new Reader(parsed)
  const root = reader.read(parsed.document.contents, [])
  return { root, repeated: reader.repeated, placeAt: placesIn(parsed.text) }
}

/** A text that is JSON: places for a reader that has its own way of reading it. Null when it is none. */
export const placedJson = (text: string, file: string): PlacedText | null =>
  readable(() => placedText(parseYaml(text, file)))

/** What `read` makes of a text; null where it is none. Who says better what is wrong with it reads it as well. */
export function readable<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof PackError) return null
    throw error
  }
}

/** Answers lines and columns; where lines begin is found once. */
function placesIn(text: string): (offset: number) => Place {
  const starts = [0]
  const findStarts = (): void => {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  }
  return (offset) => {
    if (starts.length === 1) findStarts()
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

class Reader {
  readonly repeated: PlacedText['repeated'] = []
  readonly #known = new Map<ParsedNode, Placed>()
  readonly #parsed: ParsedText
  constructor(parsed: ParsedText) {
    this.#parsed = parsed
  }

  read(node: ParsedNode | null, path: string[]): Placed | null {
    if (node === null) return null
    if (isAlias(node)) return this.read((node.resolve(this.#parsed.document) as ParsedNode | undefined) ?? null, path)
    const known = this.#known.get(node)
    if (known !== undefined) return known
    const placed: Placed = { offset: node.range[0], fields: null, items: null, scalar: undefined }
    this.#known.set(node, placed)
    if (isMap(node)) placed.fields = this.#fields(node.items as Pair<ParsedNode, ParsedNode | null>[], path)
    else if (isSeq(node)) {
      placed.items = node.items.map((item, index) => this.read(item as ParsedNode, [...path, String(index)]) ?? nothing)
    } else if (isScalar(node)) placed.scalar = node.value
    return placed
  }

  #fields(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], path: string[]): Map<string, PlacedField> {
    const fields = new Map<string, PlacedField>()
    const merged: Placed[] = []
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? (key.type === 'PLAIN' ? (key.source ?? '') : String(key.value)) : ''
      const offset = key.range[0]
      const inner = this.read(value, [...path, name]) ?? { ...nothing, offset }
      if (name === '<<') merged.push(...(inner.items ?? [inner]))
      else {
        if (fields.has(name)) this.repeated.push({ path: [...path, name], offset })
        fields.set(name, { offset, value: inner })
      }
    }
    // What stands in the map itself wins over what is merged into it.
    for (const { fields: others } of merged) {
      for (const [name, field] of others ?? []) if (!fields.has(name)) fields.set(name, field)
    }
    return fields
  }
}

const nothing: Placed = { offset: 0, fields: null, items: null, scalar: null }

/** The value at a path; null where there is none. */
export function placedAt(root: Placed | null, path: readonly string[]): Placed | null {
  let node = root
  for (const key of path) {
    node = node?.fields?.get(key)?.value ?? (/^\d+$/.test(key) ? node?.items?.[Number(key)] : undefined) ?? null
    if (node === null) return null
  }
  return node
}

/** Where the key at a path stands, or the nearest key above it that there is. */
export function keyOffset({ root }: PlacedText, path: readonly string[]): number | null {
  let node = root
  let offset: number | null = null
  for (const key of path) {
    const field = node?.fields?.get(key)
    const item = /^\d+$/.test(key) ? node?.items?.[Number(key)] : undefined
    if (field === undefined && item === undefined) break
    offset = field?.offset ?? item?.offset ?? null
    node = field?.value ?? item ?? null
  }
  return offset
}

/** Plain data of a value. */
export const plain = ({ fields, items, scalar }: Placed): unknown =>
  fields
    ? Object.fromEntries([...fields].map(([key, { value }]) => [key, plain(value)]))
    : items
      ? items.map(plain)
      : scalar

export const textOf = (node: Placed | null | undefined): string => (typeof node?.scalar === 'string' ? node.scalar : '')

/** The texts of a list; what is no text is left out. */
export const textsOf = (node: Placed | null | undefined): string[] =>
  (node?.items ?? []).map(textOf).filter((text) => text !== '')
