import type { ClusterReason } from '@atrium/api/cluster-reasons.ts'
import { clusterConditions as types } from '@atrium/api/conditions.ts'
import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import type { ReconcileResult } from '@atrium/runtime/controller/reconciler.ts'
import { classify, type Failure } from './failure.ts'
import { removeAgent } from './farewell.ts'
import { openCloud } from './infrastructure.ts'
import { type OperationsOutcome, observe, runOperations } from './operations.ts'
import { agentRemains, type Remaining, remainingOf, tellRemaining } from './remaining.ts'
import { clusterActor, clusterFinalizer, type Scope } from './scope.ts'
import { writeStatus } from './status-write.ts'

/** Failed attempts after which a forced deletion gives up. */
const forcedAttempts = 3

/** Removes what the cluster has in the cloud, then the object. Starts from what is observed, so that it resumes anywhere. */
export async function reconcileDeletion(scope: Scope): Promise<ReconcileResult> {
  if (!scope.cluster.meta.finalizers.includes(clusterFinalizer)) return { outcome: 'gone' }
  const deletion = startOf(scope)
  try {
    const removed = scope.isLetGo ? await removeAgent(scope) : await removeInfrastructure(scope, deletion)
    if (removed === 'gone') return finalise(scope, [])
    if (removed === 'away') return finalise(scope, agentRemains)
    return await wait(scope, { ...deletion, failures: 0 }, removed)
  } catch (error) {
    const failure = classify(error)
    if (!failure) throw error
    return await failed(scope, { ...deletion, failures: deletion.failures + 1 }, failure, error)
  }
}

type Deletion = NonNullable<ClusterStatus['deletion']>

function startOf(scope: Scope): Deletion {
  const stored = scope.cluster.status.deletion ?? { failures: 0, forcedSince: null }
  const forced = scope.cluster.spec.forceDelete === true
  return { ...stored, forcedSince: forced ? (stored.forcedSince ?? scope.nowIso) : null }
}

/** True when nothing can exist in the cloud: no operation was ever begun and nothing was ever seen there. */
function neverBegun({ cluster: { status } }: Scope): boolean {
  return (
    status.endpoint === undefined && Object.keys(status.journal ?? {}).length === 0 && status.runningSince === undefined
  )
}

async function removeInfrastructure(scope: Scope, deletion: Deletion): Promise<OperationsOutcome | 'gone'> {
  if (!scope.deps.providers.has(scope.cluster.spec.cloudType) && neverBegun(scope)) return 'gone'
  const cloud = openCloud(scope)
  const observed = await observe(scope, cloud)
  if (!observed.exists) return 'gone'
  // Before it begins: a cloud may be done before anybody could look again. What blocked it before stays told until it passes.
  if (deletion.failures === 0) await writeDeletion(scope, deletion, { ...clearing, failure: null })
  const outcome = await runOperations(scope, cloud, cloud.provider.planDeletion(cloud.identity, observed))
  if (outcome.outcome === 'superseded') return outcome
  return (await observe(scope, cloud)).exists ? outcome : 'gone'
}

async function wait(scope: Scope, deletion: Deletion, outcome: OperationsOutcome): Promise<ReconcileResult> {
  const { forcedSince } = deletion
  const patience = forcedSince === null ? null : scope.deps.clock.now() - Date.parse(forcedSince)
  if (patience !== null && patience > scope.deps.timing.forcePatienceMs)
    return finalise(scope, await remainingOf(scope))
  const words = outcome.outcome === 'working' ? `Waiting for ${outcome.waitingFor}.` : clearing.message
  scope.lookAgainIn(outcome.outcome === 'working' ? scope.deps.timing.busyMs : 0)
  const reason = scope.isLetGo ? 'RemovingAgent' : 'RemovingInfrastructure'
  await writeDeletion(scope, deletion, { reason, message: words, failure: null })
  return { outcome: 'again', afterMs: scope.againMs }
}

async function failed(scope: Scope, deletion: Deletion, failure: Failure, error: unknown): Promise<ReconcileResult> {
  const givesUp = deletion.forcedSince !== null && deletion.failures >= forcedAttempts
  if (givesUp) return finalise(scope, await remainingOf(scope), failure)
  const { detail, message, nextStep, reaction } = failure
  const next = `${nextStep} Or delete it with force: what cannot be removed is then given up and listed.`
  const told = { reason: detail, message, nextStep: next }
  await writeDeletion(scope, deletion, { reason: 'DeletionBlocked', message, failure: told })
  // Unforeseen errors and silent clouds are tried with growing delays; forced deletions soon, so that they end.
  if (reaction === 'retry' && deletion.forcedSince === null) throw error
  const { busyMs, refusedMs } = scope.deps.timing
  return { outcome: 'again', afterMs: deletion.forcedSince === null ? refusedMs : busyMs }
}

const clearing = { reason: 'RemovingInfrastructure', message: 'The cloud is being cleared.' } as const
interface Told {
  reason: ClusterReason
  message: string
  failure: NonNullable<ClusterStatus['failure']> | null
}

async function writeDeletion(scope: Scope, deletion: Deletion, told: Told): Promise<void> {
  const remaining = await remainingOf(scope)
  const former = scope.cluster.status.progress
  const left = tellRemaining(remaining)
  const total = Math.max(former?.step === 'Deleting' ? former.total : 0, remaining.length)
  const done = total - remaining.length
  const moved = former?.step !== 'Deleting' || former.done !== done
  const since = moved ? scope.nowIso : former.since
  const progress = { step: 'Deleting', message: `${told.message}${left} Next: the cluster goes.`, since, done, total }
  const health = { state: 'Unknown' as const, message: 'The cluster is being deleted.' }
  const status = { state: 'Deleting' as const, health, progress, remaining, deletion, failure: told.failure }
  const observedGeneration = scope.cluster.meta.generation
  const blocked = told.failure !== null
  const stalledReason: ClusterReason = blocked ? 'WaitingForPerson' : 'Progressing'
  await writeStatus(scope, status, [
    {
      type: types.deleting,
      status: 'True',
      reason: told.reason,
      message: `${told.message}${left}`,
      observedGeneration,
    },
    { type: types.ready, status: 'False', reason: told.reason, message: told.message, observedGeneration },
    {
      type: types.stalled,
      status: blocked ? 'True' : 'False',
      reason: stalledReason,
      message: told.failure ? `${told.failure.message} Next step: ${told.failure.nextStep}` : '',
      observedGeneration,
    },
  ])
}

/** Removes the object and its machines. What was given up is put on record first: the object cannot tell it any more. */
async function finalise(scope: Scope, givenUp: Remaining, failure?: Failure): Promise<ReconcileResult> {
  const { cluster, deps } = scope
  const forced = givenUp.length > 0 || failure !== undefined
  const left = givenUp.map(({ kind, id }) => `${kind} ${id}`).join(', ') || 'nothing known'
  const why = failure ? ` (${failure.message})` : ''
  const how = cluster.spec.forceDelete ? 'Deleted with force.' : 'Deleted while its agent was away.'
  const where = scope.isLetGo ? 'cluster' : 'cloud'
  if (forced) deps.logger.warn({ cluster: scope.uid, givenUp }, `the deletion gave up on: ${left}`)
  await scope.transaction(async (tx) => {
    if (forced)
      await tx.audit({
        actor: clusterActor,
        action: 'Cluster.abandon',
        object: { ...scope.ref, name: cluster.meta.name },
        project: cluster.meta.project,
        message: `${how} Left in the ${where}: ${left}${why}`.slice(0, 4096),
      })
    const machines = await tx.list('Machine', { where: { clusterUid: scope.uid } })
    for (const machine of machines.items) await tx.delete('Machine', machine.meta.uid)
    await tx.removeFinalizer('Cluster', scope.uid, clusterFinalizer)
  })
  deps.logger.info({ cluster: scope.uid }, 'cluster deleted')
  return { outcome: 'gone' }
}
