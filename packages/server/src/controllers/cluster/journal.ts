import type { JournalEntry } from '@atrium/api/kinds/cluster.ts'
import type { Journal } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Scope } from './scope.ts'

type Entries = Record<string, JournalEntry>

/** Entries of operations that the cloud no longer lacks are forgotten: a later operation of the same key starts anew. */
export const pruneJournal = (journal: Entries, planned: readonly string[]): Entries =>
  Object.fromEntries(Object.entries(journal).filter(([key]) => planned.includes(key)))

/** The provider's journal in the cluster's status: an intention is durable before its effect. */
export const storedJournal = (scope: Scope): Journal => ({
  async begin(key) {
    let result: JournalEntry['result'] = null
    await changeJournal(scope, (entries) => {
      const known = entries[key]
      result = known?.result ?? null
      return known ? entries : { ...entries, [key]: { begunAt: scope.nowIso, result: null } }
    })
    return { result }
  },
  async complete(key, result) {
    await changeJournal(scope, (entries) => ({
      ...entries,
      [key]: { begunAt: entries[key]?.begunAt ?? scope.nowIso, result },
    }))
  },
})

export async function changeJournal(scope: Scope, change: (entries: Entries) => Entries): Promise<void> {
  await scope.transaction(async (tx) => {
    const fresh = await tx.getForUpdate('Cluster', scope.uid)
    if (!fresh) throw new AtriumError('LeaseLost', 'the cluster is gone')
    const before = fresh.status.journal ?? {}
    const journal = change(before)
    if (journal !== before) await tx.updateStatus('Cluster', scope.uid, { status: { journal } })
  })
}
