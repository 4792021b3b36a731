import { withJitter } from '@atrium/runtime/base/random.ts'
import { ensureFinalizer } from '@atrium/runtime/controller/finalizer.ts'
import type { ReconcileRequest, ReconcileResult, Reconciler } from '@atrium/runtime/controller/reconciler.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { reconcileDeletion } from './deletion.ts'
import type { ClusterControllerDeps } from './deps.ts'
import { awaitedState, type MadeState, storeDesired } from './desired.ts'
import { classify, type Failure } from './failure.ts'
import { countLayers } from './layers.ts'
import { importedPhases, phases } from './phases.ts'
import { RestPace } from './rest-pace.ts'
import { clusterActor, clusterFinalizer, Scope } from './scope.ts'
import { computeStatus, ownConditions } from './status.ts'
import { writeStatus } from './status-write.ts'
import { readContext, readSurroundings, type Surroundings } from './surroundings.ts'

/**
 * With so many runs at once many clusters are changed, or made: agents that wait for a desired state get it first, and what else
 * their runs do follows when they have reported on it. That halves the runs of a change, and nobody waits for the clouds of others.
 */
const BUSY_RUNS = 4

/** Brings clusters to what was declared: load → finalizer → phases → always compute and write the status. */
export function createClusterReconciler(deps: ClusterControllerDeps): Reconciler {
  const pace = new RestPace(deps.timing, deps.clock, deps.random)
  let runs = 0
  return {
    name: 'cluster-controller',
    kind: 'Cluster',
    ownsConditions: ownConditions,
    reads: ['CloudAccount', 'MacroSet', 'Pack', 'Project', 'Registry'],
    owns: ['Machine'],
    async reconcile(request) {
      runs += 1
      try {
        return await reconcile(deps, request, { pace, isBusy: runs >= BUSY_RUNS })
      } finally {
        runs -= 1
      }
    },
  }
}

async function reconcile(
  deps: ClusterControllerDeps,
  request: ReconcileRequest,
  { pace, isBusy }: { pace: RestPace; isBusy: boolean },
): Promise<ReconcileResult> {
  const found = await load(deps, request, isBusy)
  if (!found) return { outcome: 'gone' }
  const { cluster } = found
  if ('awaited' in found) {
    await storeDesired(deps, cluster, found.awaited, request.claim)
    return { outcome: 'again', afterMs: withJitter(deps.timing.busyMs, 0.1, deps.random) }
  }
  const scope = new Scope(deps, request, found)
  if (cluster.meta.deletedAt !== null) return reconcileDeletion(scope)
  // Before anything exists outside: otherwise a delete could leave it behind.
  if (!(await ensureFinalizer(deps.store, cluster, clusterFinalizer, request.claim)))
    return { outcome: 'again', afterMs: 0 }
  await runPhases(scope)
  await conclude(scope)
  return end(scope, pace)
}

type Loaded =
  | { cluster: StoredObject<'Cluster'>; surroundings: Surroundings }
  /** To be given to the agent, and nothing else for now. */
  | { cluster: StoredObject<'Cluster'>; awaited: MadeState }

const load = (
  deps: ClusterControllerDeps,
  { tenant, uid }: ReconcileRequest,
  isBusy: boolean,
): Promise<Loaded | null> =>
  deps.store.transaction(tenant, clusterActor, async (tx) => {
    const cluster = await tx.get('Cluster', uid)
    if (!cluster) return null
    const resolveContext = await readContext(tx, cluster)
    const awaited = isBusy ? awaitedState(cluster, resolveContext, deps.epoch()) : null
    if (awaited) return { cluster, awaited }
    return { cluster, surroundings: await readSurroundings(tx, cluster, resolveContext, deps) }
  })

async function runPhases(scope: Scope): Promise<void> {
  for (const phase of scope.isImported ? importedPhases : phases) {
    try {
      scope.request.signal.throwIfAborted()
      await phase.run(scope)
    } catch (error) {
      const failure = scope.request.signal.aborted ? null : classify(error)
      if (!failure) throw error
      scope.failures.push(failure)
      if (failure.reason === 'UnexpectedFailure') scope.unexpected = error
      scope.say(failure.reason, `${failure.message} Next step: ${failure.nextStep}`, phase.condition)
    }
  }
}

async function conclude(scope: Scope): Promise<void> {
  const { cluster, deps } = scope
  const { status, conditions } = computeStatus({
    generation: cluster.meta.generation,
    before: cluster.status,
    drafts: scope.drafts,
    failures: scope.failures,
    machines: scope.machines,
    layers: countLayers(cluster.status.layers ?? []),
    begun: scope.observed?.exists === true || cluster.status.endpoint !== undefined,
    imported: scope.isImported,
    now: deps.clock.now(),
    stepLimitMs: deps.timing.stepLimitMs,
  })
  await writeStatus(scope, status, conditions)
}

/** When to look again; throws what the manager is to try again with growing delays. The status tells why already. */
function end(scope: Scope, pace: RestPace): ReconcileResult {
  const { timing, random } = scope.deps
  if (scope.unexpected !== null) throw scope.unexpected
  const has = (reaction: Failure['reaction']): boolean => scope.failures.some((one) => one.reaction === reaction)
  if (has('retry')) throw new Error(scope.failures.map((failure) => failure.message).join('; '))
  // A cloud that refuses is asked again seldom: wrong credentials, tried often, lock accounts.
  const refusals: readonly string[] = ['ProviderRefused', 'KubernetesUpgradeFailed'] satisfies Failure['reason'][]
  const refused = has('quota') || scope.failures.some((failure) => refusals.includes(failure.reason))
  if (refused) return { outcome: 'again', afterMs: withJitter(timing.refusedMs, 0.1, random) }
  return { outcome: 'again', afterMs: scope.atRest ? pace.nextMs() : withJitter(scope.againMs, 0.1, random) }
}
