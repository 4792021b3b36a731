import type { ChangeEvent, Store, Tx, WatchOptions } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../auth/rights/subject.ts'
import { AdmittedTx } from './admitted-tx.ts'
import { WatchedSight } from './watched-sight.ts'

/** The store's door for everything a person asks for: authorisation and invariants for every verb, watch included. */
export interface Admission {
  /** One transaction as `subject`; retried on serialisation failures, so `work` has no other effects. */
  run<T>(subject: Subject, work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Changes of objects the subject may read, by the rights it has when each is delivered (`subject()` is asked each time). An object
   * whose tags took it out of sight is told as `deleted`.
   */
  watch(subject: () => Subject, options: Omit<WatchOptions, 'tenant'>): AsyncIterable<ChangeEvent>
}

export function createAdmission(store: Store): Admission {
  return {
    async run(subject, work) {
      let isJudged = false
      const result = await store.transaction(subject.tenant, subject.actor, async (tx) => {
        const admitted = new AdmittedTx(tx, subject)
        const worked = await work(admitted)
        isJudged = admitted.end()
        return worked
      })
      if (isJudged) subject.named?.settle()
      return result
    },
    async *watch(subject, options) {
      const sight = new WatchedSight(store)
      for await (const event of store.watch({ tenant: subject().tenant, ...options })) {
        const told = await sight.of(subject(), event)
        if (told !== null) yield told
      }
    },
  }
}
