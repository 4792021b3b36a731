import { ExpressionError } from './macro-expression.ts'
import { type BoundedRegex, RegexError, type RegexWork } from './regex-work.ts'
import { camelCase, initialsOf, wordsOf } from './words.ts'

/** The last argument is the piped value, as in Go templates. */
interface MacroFunction {
  least: number
  most: number
  apply(args: string[], work: RegexWork): string
}

const text = (arity: number, apply: (...args: string[]) => string): MacroFunction => ({
  least: arity,
  most: arity,
  apply: (args) => apply(...args),
})

const many = (least: number, apply: (args: string[]) => string): MacroFunction => ({ least, most: 20, apply })

/** No text of a values file is longer. */
const maxChars = 4 * 1024 * 1024
const maxPatternChars = 1024
const replacesTooLong = 'replaces until the text is too long'

const integer = (name: string, value: string): number => {
  if (!/^-?\d{1,15}$/.test(value)) throw new ExpressionError(`passes '${value}' to ${name}, which needs a whole number`)
  return Number(value)
}

const numbers = (name: string, apply: (a: number, b: number) => number): MacroFunction =>
  many(2, (args) => String(args.map((value) => integer(name, value)).reduce(apply)))

const quotient = (name: string, apply: (a: number, b: number) => number): MacroFunction =>
  text(2, (a, b) => {
    const divisor = integer(name, b)
    if (divisor === 0) throw new ExpressionError(`lets ${name} divide by 0`)
    return String(Math.trunc(apply(integer(name, a), divisor)))
  })

/** As a condition counts in Go templates. */
const isTrue = (value: string): boolean => value !== '' && value !== 'false' && value !== '0'
const condition = (arity: number, test: (...args: string[]) => boolean): MacroFunction =>
  text(arity, (...args) => String(test(...args)))

const toBase64 = (value: string): string =>
  btoa(Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join(''))

function fromBase64(value: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0)))
  } catch {
    throw new ExpressionError('passes to b64dec what is no Base64 text')
  }
}

/** The first text is an expression. */
const matching = (arity: number, apply: (regex: BoundedRegex, ...args: string[]) => string): MacroFunction => ({
  least: arity,
  most: arity,
  apply([pattern = '', ...args], work) {
    if (pattern.length > maxPatternChars) throw new ExpressionError('has a regular expression that is too long')
    try {
      return apply(work.compile(pattern), ...args)
    } catch (error) {
      if (error instanceof RegexError) throw new ExpressionError(`has '${pattern}', which ${error.message}`)
      throw error
    }
  },
})

function repeat(count: string, value: string): string {
  const times = Math.max(0, integer('repeat', count))
  if (times * value.length > maxChars) throw new ExpressionError('repeats a text until it is too long')
  return value.repeat(times)
}

const indent = (name: string, count: string, value: string): string => {
  const spaces = repeat(String(Math.min(integer(name, count), 1000)), ' ')
  if (value.split('\n').length * spaces.length + value.length > maxChars)
    throw new ExpressionError(`lets ${name} move lines until the text is too long`)
  return value.replaceAll(/^/gm, spaces)
}

/** `%s`, `%d`, `%v`, `%q` and `%%`. */
function format(template: string, args: readonly string[]): string {
  let next = 0
  return template.replaceAll(/%(.?)/g, (_whole, verb: string) => {
    if (verb === '%') return '%'
    const value = args[next++]
    if (value === undefined) throw new ExpressionError('gives printf too few values')
    if (verb === 'q') return JSON.stringify(value)
    if (verb === 's' || verb === 'v') return value
    if (verb === 'd') return String(integer('printf %d', value))
    throw new ExpressionError(`uses %${verb} in printf: use %s, %d, %v, %q or %%`)
  })
}

const trimAll = (letters: string, value: string): string => {
  let [start, end] = [0, value.length]
  while (start < end && letters.includes(value[start] ?? '')) start += 1
  while (end > start && letters.includes(value[end - 1] ?? '')) end -= 1
  return value.slice(start, end)
}

/**
 * The functions of Sprig that values files use, with Sprig's meaning; every value is a text. `default` and `coalesce` are known to the
 * evaluator: they alone accept "no value". What answers otherwise each time (`now`, `randAlphaNum`) is left out: a layer would never rest.
 */
export const macroFunctions: Readonly<Record<string, MacroFunction>> = {
  upper: text(1, (value) => value.toUpperCase()),
  lower: text(1, (value) => value.toLowerCase()),
  title: text(1, (value) =>
    value.replaceAll(/(^|\s)(\S)/g, (_all, gap: string, letter: string) => gap + letter.toUpperCase()),
  ),
  untitle: text(1, (value) =>
    value.replaceAll(/(^|\s)(\S)/g, (_all, gap: string, letter: string) => gap + letter.toLowerCase()),
  ),
  trim: text(1, (value) => value.trim()),
  trimAll: text(2, trimAll),
  nospace: text(1, (value) => value.replaceAll(/\s/g, '')),
  quote: text(1, (value) => JSON.stringify(value)),
  squote: text(1, (value) => `'${value}'`),
  toString: text(1, (value) => value),
  b64enc: text(1, toBase64),
  b64dec: text(1, fromBase64),
  trimPrefix: text(2, (prefix, value) => (value.startsWith(prefix) ? value.slice(prefix.length) : value)),
  trimSuffix: text(2, (suffix, value) =>
    suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value,
  ),
  replace: text(3, (from, to, value) => {
    if (from === '') return value
    const parts = value.split(from)
    if (value.length + parts.length * to.length > maxChars) throw new ExpressionError(replacesTooLong)
    return parts.join(to)
  }),
  repeat: text(2, repeat),
  indent: text(2, (count, value) => indent('indent', count, value)),
  nindent: text(2, (count, value) => `\n${indent('nindent', count, value)}`),
  trunc: text(2, (length, value) => {
    const count = integer('trunc', length)
    return count < 0 ? value.slice(count) : value.slice(0, count)
  }),
  abbrev: text(2, (length, value) => {
    const count = integer('abbrev', length)
    return count < 4 || value.length <= count ? value : `${value.slice(0, count - 3)}...`
  }),
  substr: text(3, (from, to, value) => {
    const start = integer('substr', from)
    const end = integer('substr', to)
    if (start < 0) return value.slice(0, Math.max(end, 0))
    return end < 0 || end > value.length ? value.slice(start) : value.slice(start, end)
  }),
  initials: text(1, initialsOf),
  snakecase: text(1, (value) => wordsOf(value).join('_')),
  kebabcase: text(1, (value) => wordsOf(value).join('-')),
  camelcase: text(1, camelCase),
  cat: many(1, (args) => args.join(' ')),
  print: many(1, (args) => args.join('')),
  printf: many(1, ([template = '', ...args]) => format(template, args)),
  contains: condition(2, (part, value) => value.includes(part)),
  hasPrefix: condition(2, (prefix, value) => value.startsWith(prefix)),
  hasSuffix: condition(2, (suffix, value) => value.endsWith(suffix)),
  empty: condition(1, (value) => !isTrue(value)),
  eq: condition(2, (a, b) => a === b),
  ne: condition(2, (a, b) => a !== b),
  not: condition(1, (value) => !isTrue(value)),
  ternary: text(3, (yes, no, value) => (isTrue(value) ? yes : no)),
  regexMatch: matching(2, (regex, value = '') => String(regex.matcher(value).find())),
  regexFind: matching(2, (regex, value = '') => {
    const matcher = regex.matcher(value)
    return matcher.find() ? (matcher.group() ?? '') : ''
  }),
  regexReplaceAll: matching(3, (regex, value = '', to = '') => {
    if ((value.length + 1) * to.length > maxChars) throw new ExpressionError(replacesTooLong)
    return regex.matcherOfAll(value).replaceAll(to.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => `$${name}`))
  }),
  int: text(1, (value) => String(Math.trunc(Number(value)) || 0)),
  add: numbers('add', (a, b) => a + b),
  add1: text(1, (value) => String(integer('add1', value) + 1)),
  sub: numbers('sub', (a, b) => a - b),
  mul: numbers('mul', (a, b) => a * b),
  max: numbers('max', (a, b) => Math.max(a, b)),
  min: numbers('min', (a, b) => Math.min(a, b)),
  div: quotient('div', (a, b) => a / b),
  mod: quotient('mod', (a, b) => a % b),
}
