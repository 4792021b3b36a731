/** A piece of a placeholder's pipeline. */
export type Operand =
  | { type: 'field'; path: string[] }
  | { type: 'literal'; value: string }
  | { type: 'pipeline'; commands: Command[] }
/** A function with its arguments, or a bare operand (`name` null). */
export interface Command {
  name: string | null
  operands: Operand[]
}

/** Why an expression cannot be read. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

const TOKEN =
  /\s*(?:(\|)|(\()|(\))|\\"([^"\\]*)\\"|("(?:[^"\\]|\\.)*")|`([^`]*)`|(-?\d+(?:\.\d+)?)(?=[\s|)]|$)|(\.[A-Za-z0-9_][A-Za-z0-9_.\-[\]]*)|([A-Za-z_][A-Za-z0-9_]*))/y

type Token =
  | { type: '|' }
  | { type: '(' }
  | { type: ')' }
  | { type: 'literal'; value: string }
  | { type: 'field'; path: string[] }
  | { type: 'word'; value: string }

/** Reads `.spectro.var.size | default "3"`: the part of Go's template language that values files use. */
export function parseExpression(text: string): Command[] {
  const tokens = tokenize(text)
  const { commands, next } = parsePipeline(tokens, 0)
  if (next < tokens.length) throw new ExpressionError("has a ')' too many")
  return commands
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new ExpressionError(`cannot be read at '${text.slice(from).trim()}'`)
    tokens.push(tokenOf(match))
  }
  return tokens
}

function tokenOf(match: RegExpExecArray): Token {
  const [, bar, open, close, escaped, quoted, raw, number, field, word] = match
  if (bar) return { type: '|' }
  if (open) return { type: '(' }
  if (close) return { type: ')' }
  if (quoted !== undefined) return { type: 'literal', value: unquote(quoted) }
  const literal = escaped ?? raw ?? number
  if (literal !== undefined) return { type: 'literal', value: literal }
  if (field !== undefined)
    return { type: 'field', path: field.slice(1).replaceAll('[', '.').replaceAll(']', '').split('.') }
  return { type: 'word', value: word ?? '' }
}

function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string
  } catch {
    throw new ExpressionError(`holds a text that cannot be read: ${quoted}`)
  }
}

function parsePipeline(tokens: Token[], from: number): { commands: Command[]; next: number } {
  const commands: Command[] = []
  let at = from
  for (;;) {
    const { command, next } = parseCommand(tokens, at)
    commands.push(command)
    at = next
    if (tokens[at]?.type !== '|') return { commands, next: at }
    at += 1
  }
}

function parseCommand(tokens: Token[], from: number): { command: Command; next: number } {
  const first = tokens[from]
  const name = first?.type === 'word' ? first.value : null
  const operands: Operand[] = []
  let at = name === null ? from : from + 1
  for (;;) {
    const token = tokens[at]
    if (token === undefined || token.type === '|' || token.type === ')') break
    if (token.type === '(') {
      const inner = parsePipeline(tokens, at + 1)
      if (tokens[inner.next]?.type !== ')') throw new ExpressionError("lacks a ')'")
      operands.push({ type: 'pipeline', commands: inner.commands })
      at = inner.next + 1
      continue
    }
    if (token.type === 'word') throw new ExpressionError(`has the word '${token.value}' where a value must stand`)
    operands.push(token)
    at += 1
  }
  if (name === null && operands.length !== 1) {
    throw new ExpressionError(operands.length === 0 ? 'is not complete' : 'has two values side by side')
  }
  return { command: { name, operands }, next: at }
}
