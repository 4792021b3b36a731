import {
  Composer,
  type CST,
  type Document,
  LineCounter,
  type ParsedNode,
  Parser,
  type ScalarTag,
  type Tags,
  YAMLParseError,
} from 'yaml'
import { PackError, type Problem, packError } from './problems.ts'
import { checkSize } from './yaml-size.ts'

/** `0o14`, which YAML 1.1 does not know but go-yaml does. */
const goOctal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'OCT12',
  test: /^[-+]?0o[0-7_]+$/,
  resolve(text) {
    const value = Number.parseInt(text.replace(/^[-+]?0o/, '').replaceAll('_', ''), 8)
    return text.startsWith('-') ? -value : value
  },
}

/** go-yaml reads dates and base-60 numbers as texts. */
const isUnknownToGo = (tag: Tags[number]): boolean =>
  typeof tag !== 'string' && (tag.tag === 'tag:yaml.org,2002:timestamp' || ('format' in tag && tag.format === 'TIME'))

/** Options under which `yaml` reads as helm and kubectl do. */
export const goYaml = {
  version: '1.1',
  merge: true,
  uniqueKeys: false,
  strict: false,
  customTags: (tags: Tags): Tags => [...tags.filter((tag) => !isUnknownToGo(tag)), goOctal],
} as const

/** The largest values text of 220 published packs holds 289 KB. */
export const maxTextChars = 1024 * 1024

/** Runs a recursive walk; a text nested so deep that the stack ends is a wrong text, not a fault of ours. */
export function withinStack<T>(file: string, walk: () => T): T {
  try {
    return walk()
  } catch (error) {
    if (error instanceof RangeError) throw packError(file, 'is nested too deep', { cause: error })
    throw error
  }
}

/** A parsed text with positions; lines are 1-based. */
export interface ParsedText {
  document: Document.Parsed<ParsedNode>
  text: string
  lineAt(offset: number): number
  toJs(node?: ParsedNode | null): unknown
}

/** A text taken apart, and where its lines begin: most of what reading it costs. */
export interface TextTokens {
  tokens: readonly CST.Token[]
  lines: LineCounter
}

/** Takes a text apart, for readers that need more than its values. Throws `PackError` for one that is too long, or nested too deep. */
export function tokensOf(text: string, file: string): TextTokens {
  if (text.length > maxTextChars) throw packError(file, `holds ${text.length} letters; ${maxTextChars} are allowed`)
  const lines = new LineCounter()
  return { tokens: withinStack(file, () => [...new Parser(lines.addNewLine).parse(text)]), lines }
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed<ParsedNode> {
  const [document, other] = new Composer(goYaml).compose(tokens, true, length) as Iterable<Document.Parsed<ParsedNode>>
  if (document === undefined) throw new Error('a text without a document')
  if (other) document.errors.push(new YAMLParseError([other.range[0], other.range[1]], 'MULTIPLE_DOCS', MULTIPLE))
  return document
}

const MULTIPLE = 'Source contains multiple documents; please use YAML.parseAllDocuments()'

/**
 * Parses one document as helm reads it: YAML 1.1 with the exceptions of go-yaml (checked against helm 4.3). `yes`, `On` and `y` are
 * booleans, `014` and `0o14` octal, `22:22` and dates texts; a repeated key takes its last value; `<<` merges.
 * Throws `PackError` with every syntax error and its line.
 */
export function parseYaml(text: string, file: string, { tokens, lines } = tokensOf(text, file)): ParsedText {
  const document = withinStack(file, () => compose(tokens, text.length))
  const placeAt = (offset: number): { line: number; col: number } => lines.linePos(offset)
  if (document.errors.length > 0) {
    const problems = document.errors.map((error): Problem => {
      const [message = 'is no valid YAML'] = error.message.split('\n', 1)
      const { line, col: column } = placeAt(error.pos[0])
      return { file, path: '', line, column, message: message.replace(/ at line \d+, column \d+:$/, '') }
    })
    throw new PackError(problems)
  }
  withinStack(file, () => checkSize(document, file))
  const toJs = (node: ParsedNode | null = document.contents): unknown =>
    // How far aliases expand has been counted: any number of them is fine now.
    node === null ? null : node.toJS(document, { maxAliasCount: -1 })
  return { document, text, lineAt: (offset) => placeAt(offset).line, toJs }
}
