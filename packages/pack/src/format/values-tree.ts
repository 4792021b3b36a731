import { canonicalJson } from '@atrium/runtime/base/json.ts'
import { isAlias, isCollection, isMap, isScalar, type Pair, type ParsedNode, type YAMLMap } from 'yaml'
import { maskMacros, scanMacros } from './macro-scan.ts'
import { type ParsedText, parseYaml } from './yaml-text.ts'

export type MapNode = YAMLMap.Parsed<ParsedNode, ParsedNode | null>

/** One key of a map in a text: where it stands, with the comments and empty lines above it. */
export interface Entry {
  key: string
  /** Where the comments above begin: behind the entry before. */
  leadStart: number
  /** Begin of the key's line. */
  start: number
  /** Behind the key's last letter. */
  keyEnd: number
  /** Behind the value's last letter. */
  valueEnd: number
  /** Behind the last line of the value, its comment included. */
  end: number
  value: ParsedNode | null
}

/** What a value means, to be compared: maps by key, all else as one text. */
export type Meaning = string | { [key: string]: Meaning }

/** A values text with the place of each key: to be changed by pieces, every other letter kept. */
export class ValuesTree {
  readonly text: string
  readonly #parsed: ParsedText

  /** Throws `PackError` for a text that is no YAML. */
  constructor(text: string, file: string) {
    this.text = text
    this.#parsed = parseYaml(maskMacros(text), file)
  }

  get root(): ParsedNode | null {
    return this.#parsed.document.contents
  }

  lineAt(offset: number): number {
    return this.#parsed.lineAt(offset)
  }

  /** Keys below `parent` (null = of the whole text) that stand on lines of their own; a repeated key counts where it stands last. */
  entries(parent: Entry | null): Entry[] {
    const node = parent === null ? this.root : parent.value
    if (!isBlockMap(node)) return []
    let at = parent === null ? 0 : lineEnd(this.text, parent.start + 1)
    const entries = node.items.map((pair): Entry => {
      const start = this.text.lastIndexOf('\n', pair.key.range[0] - 1) + 1
      const valueEnd = contentEnd(pair)
      const leadStart = Math.min(at, start)
      at = lineEnd(this.text, valueEnd)
      return {
        key: keyText(pair.key),
        leadStart,
        start,
        keyEnd: pair.key.range[1],
        valueEnd,
        end: at,
        value: pair.value,
      }
    })
    return entries.filter(({ key }, index) => !entries.slice(index + 1).some((later) => later.key === key))
  }

  meaning(node: ParsedNode | null): Meaning {
    if (isMap(node)) {
      const pairs = (node as MapNode).items.map((pair) => [keyText(pair.key), this.meaning(pair.value)] as const)
      return Object.fromEntries(pairs)
    }
    if (node === null) return 'null'
    const [start, end] = node.range
    // Placeholders are read as letters: two of one length must not count as one value.
    const macros = isAlias(node) ? [] : scanMacros(this.text.slice(start, end)).map(({ expression }) => expression)
    return [canonicalJson(this.#parsed.toJs(node)), ...macros].join('\0')
  }
}

export const isBlockMap = (node: ParsedNode | null): node is MapNode =>
  isMap(node) && node.flow !== true && node.items.length > 0

/** A key as it is written; quotes are taken off. */
export const keyText = (key: ParsedNode): string =>
  isScalar(key) ? (key.type === 'PLAIN' ? (key.source ?? '') : String(key.value)) : ''

/** Behind the last letter of a key's value. */
function contentEnd({ key, value }: Pair<ParsedNode, ParsedNode | null>): number {
  if (value === null || value.range[0] === value.range[1]) return key.range[1]
  return nodeEnd(value)
}

function nodeEnd(node: ParsedNode): number {
  const last = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined
  if (last === undefined) return node.range[1]
  return 'key' in last ? contentEnd(last as Pair<ParsedNode, ParsedNode | null>) : nodeEnd(last as ParsedNode)
}

/** Behind the line that `offset` stands in; a block text ends behind its line already. */
function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}
