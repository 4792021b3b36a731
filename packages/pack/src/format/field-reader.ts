import type { Problem } from './problems.ts'

const FILE = 'pack.json'

/** Reads fields of one JSON object and remembers every problem instead of stopping at the first. */
export class FieldReader {
  readonly #object: Record<string, unknown>
  readonly #prefix: string
  readonly #problems: Problem[]
  constructor(object: Record<string, unknown>, prefix: string, problems: Problem[]) {
    this.#object = object
    this.#prefix = prefix
    this.#problems = problems
  }

  problem(field: string, message: string): void {
    this.#problems.push({ file: FILE, path: `${this.#prefix}${field}`, line: 0, message })
  }

  text(field: string, options: { required?: boolean } = {}): string {
    const value = this.#object[field]
    if (typeof value === 'string') {
      if (options.required && value.trim() === '') this.problem(field, 'must not be empty')
      return value
    }
    if (value === undefined || value === null) {
      if (options.required) this.problem(field, 'is missing')
      return ''
    }
    this.problem(field, `must be a text, not ${describe(value)}`)
    return ''
  }

  /** 0 when it is not there. */
  number(field: string): number {
    const value = this.#object[field]
    if (value === undefined || value === null) return 0
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
    this.problem(field, `must be a number from 0, not ${describe(value)}`)
    return 0
  }

  list(field: string): unknown[] {
    const value = this.#object[field]
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value
    this.problem(field, `must be a list, not ${describe(value)}`)
    return []
  }

  texts(field: string): string[] {
    return this.list(field).flatMap((item, index) => {
      if (typeof item === 'string') return [item]
      this.problem(`${field}[${index}]`, `must be a text, not ${describe(item)}`)
      return []
    })
  }

  object(field: string): Record<string, unknown> {
    const value = this.#object[field]
    if (value === undefined || value === null) return {}
    if (isObject(value)) return value
    this.problem(field, `must be an object, not ${describe(value)}`)
    return {}
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const describe = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `${typeof value === 'string' ? 'a text' : `a ${typeof value}`}`
