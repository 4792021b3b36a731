import { AsyncLocalStorage } from 'node:async_hooks'
import { AtriumError } from '../base/errors.ts'

/** Tells work inside a transaction from work outside: a transaction that waits for another one may wait for ever. */
export class Nesting {
  readonly #inside = new AsyncLocalStorage<{ isOpen: boolean }>()

  /** Throws inside an open transaction. What was started in one and outlives it is outside again. */
  mustBeOutside(): void {
    if (this.#inside.getStore()?.isOpen)
      throw new AtriumError('InternalError', 'a transaction may not wait for another one')
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const transaction = { isOpen: true }
    try {
      return await this.#inside.run(transaction, work)
    } finally {
      transaction.isOpen = false
    }
  }
}
