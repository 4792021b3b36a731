import { isRecord } from './object.ts'

/** Whether an object does what it was declared for. */
export interface Readiness {
  ready: boolean
  /** What is, or what is missing: `2 of 3 pods are available`. */
  message: string
  /** What comes next or what a person can do; empty when ready. */
  next: string
}

/** Reads fields that may be absent. */
export class Fields {
  readonly #value: Record<string, unknown>
  constructor(value: unknown) {
    this.#value = isRecord(value) ? value : {}
  }
  number(name: string, otherwise = 0): number {
    const value = this.#value[name]
    return typeof value === 'number' ? value : otherwise
  }
  text(name: string): string {
    const value = this.#value[name]
    return typeof value === 'string' ? value : ''
  }
  flag(name: string): boolean {
    return this.#value[name] === true
  }
  in(name: string): Fields {
    return new Fields(this.#value[name])
  }
  list(name: string): Fields[] {
    const value = this.#value[name]
    return Array.isArray(value) ? value.map((item) => new Fields(item)) : []
  }
  has(name: string): boolean {
    return this.#value[name] !== undefined && this.#value[name] !== null
  }
}

/** What a rule sees. */
export interface Seen {
  spec: Fields
  status: Fields
  metadata: Fields
  conditions: Map<string, { status: string; reason: string; message: string }>
}
export type Rule = (seen: Seen) => Readiness

export const ready = (message: string): Readiness => ({ ready: true, message, next: '' })
export const waiting = (message: string, next: string): Readiness => ({ ready: false, message, next })

/** `reason: message` of a condition, or a fallback. */
export const conditionText = (condition: { reason: string; message: string } | undefined, otherwise: string): string =>
  condition ? [condition.reason, condition.message].filter((text) => text !== '').join(': ') || otherwise : otherwise
