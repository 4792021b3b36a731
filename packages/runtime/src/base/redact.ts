import type { Logger } from './logger.ts'
import type { Secret } from './secret.ts'

/** Shorter values are in every text by chance. */
const minChars = 4
const redacted = '[secret]'

/**
 * Takes values of sensitive variables out of texts that people read (messages, differences): as they are, line by line, and as YAML,
 * JSON and Base64 write them. Other transformations of a value are not recognised.
 */
export function redactor(values: Iterable<Secret<string>>): (text: string) => string {
  const needles = new Set(
    [...values].flatMap((value) => formsOf(value.reveal())).filter((form) => form.length >= minChars),
  )
  // The longest first: a line of a value must not hide that the whole value was there.
  const ordered = [...needles].sort((a, b) => b.length - a.length)
  return (text) => ordered.reduce((clean, needle) => clean.replaceAll(needle, redacted), text)
}

function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim())
  return [value, value.trim(), ...lines].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    text.replaceAll("'", "''"),
    Buffer.from(text).toString('base64'),
  ])
}

/** Every text inside JSON-like data, keys included; an error becomes its message. */
export function redactDeep(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, redact))
  if (value instanceof Error) return redact(value.message)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactDeep(item, redact)]))
}

/** A logger whose lines go through `redact` first, as it is at that moment. */
export function redactingLogger(logger: Logger, redact: (text: string) => string): Logger {
  const fieldsOf = (fields: object): object => redactDeep(fields, redact) as object
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message?: string): void =>
      logger[level](fieldsOf(fields), message === undefined ? undefined : redact(message))
  return {
    ...{ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    child: (fields) => redactingLogger(logger.child(fieldsOf(fields)), redact),
  }
}
