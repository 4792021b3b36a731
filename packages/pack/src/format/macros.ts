import { type Command, ExpressionError, type Operand, parseExpression } from './macro-expression.ts'
import { macroFunctions } from './macro-functions.ts'
import { type MacroSpan, maskMacros, placeAt, scanMacros } from './macro-scan.ts'
import type { Problem } from './problems.ts'
import { RegexWork } from './regex-work.ts'
import { type TextContext, textContexts } from './text-context.ts'
import { keepsShape } from './values-parts.ts'
import { maxTextChars, type TextTokens, tokensOf, withinStack } from './yaml-text.ts'

/**
 * What placeholders stand for. `lookUp` gets the path behind `.spectro`, e.g. `['system', 'cluster', 'name']`, and answers the value, or
 * why there is none. A value may hold placeholders of its own: they are resolved too.
 */
export interface MacroScope {
  lookUp(path: readonly string[]): Found
}

/** `readChars`: how much was looked at to find it, where that is more than the value. */
type Found = ({ value: string } | { missing: string }) & { readChars?: number }

export interface ResolvedText {
  text: string
  /** One for each placeholder without a value outside comments. */
  problems: Problem[]
  /** Every value that was put in is one value there: a text that could be read before still can. False where it is not certain. */
  keepsShape: boolean
}

const maxDepth = 8
const maxResultChars = 4 * 1024 * 1024
/** Values may refer to values: without a bound, eight levels of ten references are a hundred million evaluations. */
const maxEvaluations = 10_000

/** Letters that functions are given and give. Whoever writes a text has a part of a second of the server, and not all of it. */
const maxWorkChars = 32 * 1024 * 1024

/** One resolution: the scope, and how much may still be done. */
interface Run {
  scope: MacroScope
  /** Evaluations. */
  left: number
  chars: number
  regexes: RegexWork
}

/** Where a text holds placeholders: the dear part of resolving it, and the same for every scope. */
export interface FoundMacros {
  spans: readonly MacroSpan[]
  /** By span. */
  contexts: readonly TextContext[]
  /** Of those that are begun and not ended. */
  open: readonly Problem[]
}

/** Throws `PackError` for a text that is nested too deep. `taken`: its tokens, of whoever has them. */
export function findMacros(text: string, file = 'values.yaml', taken?: TextTokens): FoundMacros {
  // Most texts hold none, and where in them something lies need not be known then.
  if (!text.includes('.spectro.')) return { spans: [], contexts: [], open: [] }
  const spans = scanMacros(text)
  const contextAt = contextsOf(taken ?? tokensOf(maskMacros(text), file), file)
  return {
    spans,
    contexts: spans.map(({ start }) => contextAt(start)),
    open: unclosed(text, spans, contextAt, file),
  }
}

/**
 * Puts values in the place of `{{.spectro.…}}`. A value is written so that YAML reads back exactly the value: escaped inside quotes,
 * indented inside a block text, as it is elsewhere (where `3` stays a number). All other text is kept byte for byte.
 * Placeholders in comments are filled in where possible and left alone otherwise.
 */
export function resolveMacros(
  text: string,
  scope: MacroScope,
  file = 'values.yaml',
  { spans, contexts, open }: FoundMacros = findMacros(text, file),
): ResolvedText {
  const run: Run = { scope, left: maxEvaluations, chars: maxWorkChars, regexes: new RegexWork() }
  const problems: Problem[] = open.map((problem) => ({ ...problem, file }))
  let resolved = ''
  let at = 0
  let isKept = true
  for (const [index, span] of spans.entries()) {
    resolved += text.slice(at, span.start)
    at = span.end
    const original = text.slice(span.start, span.end)
    const context = contexts[index] ?? 'plain'
    const found = evaluate(span.expression, run, 0)
    const outcome = write(found, context, text, span)
    if ('value' in outcome) {
      isKept &&= 'value' in found && keepsShape(found.value, context)
      resolved += outcome.value
      continue
    }
    resolved += original
    if (context !== 'comment') {
      problems.push({ file, path: '', ...placeAt(text, span.start), message: `${original} ${outcome.missing}` })
    }
  }
  resolved += text.slice(at)
  problems.push(...tooLong(resolved, file))
  return { text: resolved, problems, keepsShape: isKept && resolved.length <= maxTextChars }
}

function tooLong({ length }: string, file: string): Problem[] {
  const message = `grows to ${length} letters; ${maxResultChars} are allowed`
  return length > maxResultChars ? [{ file, path: '', line: 0, message }] : []
}

/** The placeholders that count: all but those in comments. */
export function liveMacros(text: string, file = 'values.yaml'): MacroSpan[] {
  const contextAt = contextsOf(tokensOf(maskMacros(text), file), file)
  return scanMacros(text).filter((span) => contextAt(span.start) !== 'comment')
}

const contextsOf = ({ tokens }: TextTokens, file: string): ((offset: number) => TextContext) =>
  withinStack(file, () => textContexts(tokens))

type Outcome = { value: string } | { missing: string }

/** A placeholder that was begun but cannot be read would otherwise reach the cluster as text. */
function unclosed(
  text: string,
  spans: readonly MacroSpan[],
  contextAt: (offset: number) => TextContext,
  file: string,
): Problem[] {
  const known = new Set(spans.map((span) => span.start))
  return [...text.matchAll(/\{\{-?\s*\.spectro\.[^\n]{0,60}/g)]
    .filter((match) => !known.has(match.index) && contextAt(match.index) !== 'comment')
    .map((match) => {
      const message = `'${match[0]}' is no complete placeholder: close it with '}}' on the same line`
      return { file, path: '', ...placeAt(text, match.index), message }
    })
}

function evaluate(expression: string, run: Run, depth: number): Outcome {
  run.left -= 1
  if (run.left < 0) return { missing: `is one of more than ${maxEvaluations} placeholders` }
  try {
    return runPipeline(parseExpression(expression), run, depth)
  } catch (error) {
    if (error instanceof ExpressionError) return { missing: error.message }
    throw error
  }
}

function runPipeline(commands: readonly Command[], run: Run, depth: number): Outcome {
  let piped: Outcome | null = null
  for (const command of commands) {
    const args = command.operands.map((operand) => runOperand(operand, run, depth))
    piped = runCommand(command, piped === null ? args : [...args, piped], run)
  }
  return piped ?? { missing: 'is empty' }
}

function runOperand(operand: Operand, run: Run, depth: number): Outcome {
  if (operand.type === 'literal') return { value: operand.value }
  if (operand.type === 'pipeline') return runPipeline(operand.commands, run, depth)
  const [root, ...path] = operand.path
  if (root !== 'spectro') return { missing: `names '.${operand.path.join('.')}', which is not known here` }
  const found = run.scope.lookUp(path)
  spend(run, found.readChars ?? 0)
  return 'value' in found ? expand(found.value, run, depth) : found
}

/** Fills in placeholders inside a value. */
function expand(value: string, run: Run, depth: number): Outcome {
  const spans = scanMacros(value)
  if (spans.length === 0) return { value }
  if (depth >= maxDepth) return { missing: `refers to itself, or is nested more than ${maxDepth} deep` }
  let expanded = ''
  let at = 0
  for (const span of spans) {
    const outcome = evaluate(span.expression, run, depth + 1)
    if ('missing' in outcome) return { missing: `holds ${value.slice(span.start, span.end)}, which ${outcome.missing}` }
    expanded += value.slice(at, span.start) + outcome.value
    at = span.end
    if (expanded.length > maxResultChars) return { missing: `grows beyond ${maxResultChars} letters` }
  }
  return { value: expanded + value.slice(at) }
}

function spend(run: Run, chars: number): void {
  run.chars -= chars
  if (run.chars < 0) throw new ExpressionError('is more work than is done for one text: let functions handle less')
}

function runCommand(command: Command, args: Outcome[], run: Run): Outcome {
  if (command.name === null) {
    if (args.length !== 1) throw new ExpressionError('pipes into a value; a function must stand behind |')
    return args[0] ?? { missing: 'is empty' }
  }
  if (command.name === 'default') {
    const [fallback, value] = args
    if (fallback === undefined || value === undefined) throw new ExpressionError('needs default "text" behind a value')
    return 'value' in value && value.value !== '' ? value : fallback
  }
  if (command.name === 'coalesce') {
    return args.find((arg) => 'value' in arg && arg.value !== '') ?? args.at(-1) ?? { missing: 'is empty' }
  }
  const known = Object.hasOwn(macroFunctions, command.name) ? macroFunctions[command.name] : undefined
  if (known === undefined) {
    throw new ExpressionError(
      `uses '${command.name}', which is not known: use default, coalesce, ${Object.keys(macroFunctions).join(', ')}`,
    )
  }
  const { least, most } = known
  if (args.length < least || args.length > most) {
    const wanted = least === most ? least : `at least ${least}`
    throw new ExpressionError(`gives ${command.name} ${args.length} values instead of ${wanted}`)
  }
  const values: string[] = []
  for (const arg of args) {
    if ('missing' in arg) return arg
    values.push(arg.value)
  }
  for (const { length } of values) spend(run, length)
  const value = known.apply(values, run.regexes)
  spend(run, value.length)
  return value.length > maxResultChars ? { missing: `grows beyond ${maxResultChars} letters` } : { value }
}

/** Writes a value so that YAML reads it back unchanged in its place. */
function write(outcome: Outcome, context: TextContext, text: string, span: MacroSpan): Outcome {
  if ('missing' in outcome) return outcome
  const { value } = outcome
  switch (context) {
    case 'single-quoted':
      if (value.includes('\n')) return { missing: 'has several lines: write "…" instead of \'…\', or a block text (|)' }
      return { value: value.replaceAll("'", "''") }
    case 'double-quoted':
      return { value: JSON.stringify(value).slice(1, -1) }
    case 'block':
      return { value: value.replaceAll(/\r?\n(?!$)/g, `\n${indentationAt(text, span.start)}`) }
    case 'comment':
      return value.includes('\n') ? { missing: 'has several lines' } : { value }
    case 'plain':
      return value.includes('\n') ? { missing: 'has several lines: put it into "…" or a block text (|)' } : { value }
  }
}

function indentationAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ ]*/.exec(text.slice(lineStart, offset))?.[0] ?? ''
}
