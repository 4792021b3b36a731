import { clusterReasons } from '@atrium/api/cluster-reasons.ts'
import type { Condition } from '@atrium/api/conditions.ts'
import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import { type ConditionDraft, findCondition, setConditions } from '@atrium/runtime/controller/conditions.ts'
import { mergeConditions, mergeStatus } from '@atrium/runtime/store/merge.ts'
import type { EventRecord } from '@atrium/runtime/store/store.ts'
import type { Scope } from './scope.ts'
import { kubeconfigField } from './secrets.ts'

/** What is done next, to be told before a long step. */
export function progressOf(scope: Scope, now: { step: string; message: string }): Partial<ClusterStatus> {
  const { progress: former, state } = scope.cluster.status
  const progress = { done: 0, total: 0, ...former, ...now, since: scope.nowIso }
  // Only the whole of what a run found says that a failure is over.
  const begun = state === undefined || state === 'Pending' ? ({ state: 'Provisioning' } as const) : {}
  return { progress, ...begun }
}

/** Writes what the run found, in one transaction with the events about it; nothing when the object says so already. */
export async function writeStatus(
  scope: Scope,
  status: Partial<ClusterStatus>,
  drafts: readonly ConditionDraft[],
): Promise<void> {
  if (isKnown(scope, { ...scope.patch, ...status }, drafts)) return
  scope.statusWritten = true
  await scope.transaction(async (tx) => {
    const fresh = await tx.getForUpdate('Cluster', scope.uid)
    if (!fresh) throw new AtriumError('LeaseLost', 'the cluster is gone')
    const conditions = setConditions(fresh.conditions, drafts, scope.nowIso)
    await tx.updateStatus('Cluster', scope.uid, { status: { ...scope.patch, ...status }, conditions })
    if (scope.freshKubeconfig) await tx.putSecret(scope.ref, kubeconfigField, scope.freshKubeconfig)
    const events = [...scope.events, ...transitions(fresh.conditions, conditions, scope)]
    if (events.length > 0) await tx.appendEvents(scope.ref, events)
  })
}

/** What the cluster says here is written by its controller alone, so as it was read it still is. */
function isKnown(scope: Scope, status: Partial<ClusterStatus>, drafts: readonly ConditionDraft[]): boolean {
  if (scope.statusWritten || scope.events.length > 0 || scope.freshKubeconfig) return false
  const { cluster } = scope
  const conditions = setConditions(cluster.conditions, drafts, scope.nowIso)
  return (
    sameJson(mergeStatus(cluster.status, status), cluster.status) &&
    sameJson(mergeConditions(cluster.conditions, conditions), cluster.conditions)
  )
}

/** One event for each condition whose status or reason changed. */
function transitions(before: readonly Condition[], after: readonly Condition[], scope: Scope): EventRecord[] {
  return after.flatMap((condition) => {
    const former = findCondition(before, condition.type)
    if (former?.status === condition.status && former.reason === condition.reason) return []
    return [eventOf(condition, scope)]
  })
}

function eventOf(condition: Condition, scope: Scope): EventRecord {
  const { type, reason, message } = condition
  const serious = reason in clusterReasons && isSerious(reason)
  return {
    id: `${type}:${reason}:${scope.nowIso}`,
    at: scope.nowIso,
    severity: serious ? 'Warning' : 'Info',
    reason,
    message: message.slice(0, 1024),
    involved: `Cluster ${scope.cluster.meta.name}`,
    source: 'plane',
  }
}

/** Reasons that a person may want to act on. */
const isSerious = (reason: string): boolean => {
  const meaning = clusterReasons[reason as keyof typeof clusterReasons]
  return meaning.status !== 'True' && !meaning.nextStep.startsWith('Nothing') && !meaning.nextStep.startsWith('See')
}
