import { ExpressionError } from './macro-expression.ts'

/** The last argument is the piped value, as in Go templates. */
type MacroFunction = { arity: number; apply(args: string[]): string }

const text = (arity: number, apply: (...args: string[]) => string): MacroFunction => ({
  arity,
  apply: (args) => apply(...args),
})

const integer = (name: string, value: string): number => {
  if (!/^-?\d+$/.test(value)) throw new ExpressionError(`passes '${value}' to ${name}, which needs a whole number`)
  return Number(value)
}

const toBase64 = (value: string): string =>
  btoa(Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join(''))

/** The functions of Sprig that values files use, with Sprig's meaning. `default` is known to the evaluator: it alone accepts "no value". */
export const macroFunctions: Readonly<Record<string, MacroFunction>> = {
  upper: text(1, (value) => value.toUpperCase()),
  lower: text(1, (value) => value.toLowerCase()),
  trim: text(1, (value) => value.trim()),
  nospace: text(1, (value) => value.replaceAll(/\s/g, '')),
  quote: text(1, (value) => JSON.stringify(value)),
  squote: text(1, (value) => `'${value}'`),
  toString: text(1, (value) => value),
  b64enc: text(1, toBase64),
  trimPrefix: text(2, (prefix, value) => (value.startsWith(prefix) ? value.slice(prefix.length) : value)),
  trimSuffix: text(2, (suffix, value) =>
    suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value,
  ),
  replace: text(3, (from, to, value) => value.replaceAll(from, () => to)),
  trunc: text(2, (length, value) => {
    const count = integer('trunc', length)
    return count < 0 ? value.slice(count) : value.slice(0, count)
  }),
  substr: text(3, (from, to, value) => {
    const start = integer('substr', from)
    const end = integer('substr', to)
    if (start < 0) return value.slice(0, Math.max(end, 0))
    return end < 0 || end > value.length ? value.slice(start) : value.slice(start, end)
  }),
}
