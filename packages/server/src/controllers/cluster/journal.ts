import type { ClusterStatus, JournalEntry } from '@atrium/api/kinds/cluster.ts'
import type { Journal } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Scope } from './scope.ts'
import { progressOf } from './status-write.ts'

type Entries = Record<string, JournalEntry>

/**
 * How long the plane counts as having spoken just now. After that the next operation asks again whether the cluster is
 * still this worker's and still as it was read, and tells people what is done.
 */
const FRESH_MS = 1_000

/** Entries of operations that the cloud no longer lacks are forgotten: a later operation of the same key starts anew. */
export const pruneJournal = (journal: Entries, planned: readonly string[]): Entries =>
  Object.fromEntries(Object.entries(journal).filter(([key]) => planned.includes(key)))

/**
 * The provider's journal in the cluster's status: an intention is durable before its effect. One transaction intends all
 * that is planned, and is not repeated while it is fresh: a cluster of a hundred machines had three for each of them.
 * Results wait for the next one, or for the status that the run writes: what a crash loses of them is as if the answer
 * to the create had been lost.
 */
export class StoredJournal implements Journal {
  readonly #scope: Scope
  readonly #planned: readonly string[]
  /** As they will be stored. */
  #entries: Entries
  #freshUntilMs = Number.NEGATIVE_INFINITY

  constructor(scope: Scope, planned: readonly string[]) {
    this.#scope = scope
    this.#planned = planned
    const stored = scope.cluster.status.journal ?? {}
    this.#entries = pruneJournal(stored, planned)
    if (Object.keys(this.#entries).length < Object.keys(stored).length) scope.patch.journal = this.#entries
  }

  /**
   * Says what is done next, so that people see it while it runs, and begins all that is planned. False, and nothing said, when
   * the cluster was changed or deleted since it was read.
   */
  async intend(message: string): Promise<boolean> {
    if (this.#isFresh) return true
    const { generation, deletedAt } = this.#scope.cluster.meta
    return this.#write(this.#planned, (fresh) => {
      if (fresh?.meta.generation !== generation || fresh.meta.deletedAt !== deletedAt) return null
      return progressOf(this.#scope, { step: 'Infrastructure', message })
    })
  }

  async begin(key: string): Promise<{ result: JournalEntry['result'] }> {
    if (!this.#isFresh || !(key in this.#entries))
      await this.#write([key], (fresh) => {
        if (!fresh) throw new AtriumError('LeaseLost', 'the cluster is gone')
        return {}
      })
    return { result: this.#entries[key]?.result ?? null }
  }

  async complete(key: string, result: Record<string, unknown>): Promise<void> {
    const begunAt = this.#entries[key]?.begunAt ?? this.#scope.nowIso
    this.#entries = { ...this.#entries, [key]: { begunAt, result } }
    this.#scope.patch.journal = this.#entries
  }

  get #isFresh(): boolean {
    return this.#scope.deps.clock.elapsed() < this.#freshUntilMs
  }

  /** `more` is written beside it; null writes nothing. */
  async #write(
    begun: readonly string[],
    more: (fresh: StoredObject<'Cluster'> | null) => Partial<ClusterStatus> | null,
  ): Promise<boolean> {
    const scope = this.#scope
    const from = scope.deps.clock.elapsed()
    const fresh = begun.filter((key) => !(key in this.#entries)).map((key) => [key, entryAt(scope.nowIso)])
    const journal: Entries = { ...this.#entries, ...Object.fromEntries(fresh) }
    scope.statusWritten = true
    const written = await scope.transaction(async (tx) => {
      const status = more(await tx.getForUpdate('Cluster', scope.uid))
      if (status) await tx.updateStatus('Cluster', scope.uid, { status: { ...status, journal } })
      return status !== null
    })
    if (!written) return false
    this.#entries = journal
    delete scope.patch.journal
    this.#freshUntilMs = from + FRESH_MS
    return true
  }
}

const entryAt = (begunAt: string): JournalEntry => ({ begunAt, result: null })
