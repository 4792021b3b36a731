import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ReconcileRequest, ReconcileResult, Reconciler } from '@atrium/runtime/controller/reconciler.ts'
import type { TenantDeletion } from '../../store/system-store.ts'
import { askClusters, type ClustersLeft, clustersLeft } from './clusters.ts'
import { type Scope, type TenantControllerDeps, tenantActor } from './deps.ts'
import { nextStep } from './plan.ts'

/** Removes tenants: clusters → keys → rows → the tenant itself. Starts from what is left, so that it resumes anywhere. */
export const createTenantReconciler = (deps: TenantControllerDeps): Reconciler => ({
  name: 'tenant-controller',
  kind: 'Tenant',
  ownsConditions: [],
  reads: ['Cluster'],
  owns: [],
  reconcile: (request) => reconcile(deps, request),
})

async function reconcile(deps: TenantControllerDeps, request: ReconcileRequest): Promise<ReconcileResult> {
  const tenant = await deps.removal.read(request.uid)
  if (tenant?.state !== 'Deleting' || !tenant.deletion) return { outcome: 'gone' }
  const scope: Scope = { deps, request, tenant, deletion: tenant.deletion }
  try {
    return await step(scope)
  } catch (error) {
    // Only who still has it tells.
    if (!request.signal.aborted && !isLost(error))
      await tell(scope, { message: `${reasonOf(error).replace(/\.$/, '')}. It is tried again.` })
    throw error
  }
}

const isLost = (error: unknown): boolean => error instanceof AtriumError && error.code === 'LeaseLost'

/** What was unforeseen may hold anything: it is in the log alone. */
const reasonOf = (error: unknown): string =>
  error instanceof AtriumError && error.code !== 'InternalError'
    ? error.message
    : "Something failed that nobody foresaw: the server's log has it."

async function step(scope: Scope): Promise<ReconcileResult> {
  const shredded = scope.tenant.shreddedAt !== null
  const left = shredded ? { count: 0, untold: 0, told: [] } : await clustersLeft(scope)
  const { asked } = scope.deletion
  switch (nextStep({ shredded, asked, clusters: left.count, untold: left.untold })) {
    case 'ask':
      await askClusters(scope)
      await tellClusters(scope, await clustersLeft(scope))
      return { outcome: 'again', afterMs: scope.deps.busyMs }
    case 'wait':
      await tellClusters(scope, left)
      return { outcome: 'again', afterMs: scope.deps.busyMs }
    case 'shred':
      return shred(scope)
    case 'clear':
      return clear(scope)
  }
}

async function shred(scope: Scope): Promise<ReconcileResult> {
  const { deps, request } = scope
  await tell(scope, { phase: 'Keys', message: 'The data keys are destroyed.', remaining: [], asked: true })
  await deps.removal.shred(request.claim, tenantActor)
  deps.logger.info({ tenant: request.uid }, 'data keys of the tenant destroyed')
  return { outcome: 'again', afterMs: 0 }
}

async function clear(scope: Scope): Promise<ReconcileResult> {
  const { deps, request, tenant } = scope
  if (scope.deletion.phase !== 'Rows')
    await tell(scope, { phase: 'Rows', message: 'Rows are removed.', done: 0, total: 0 })
  for (;;) {
    request.signal.throwIfAborted()
    const cleared = await deps.removal.clear(request.claim, tenantActor)
    if (cleared === null) break
    const message = `Rows are removed, now of ${cleared.table}.`
    await tell(scope, { message, done: scope.deletion.done + cleared.rows })
  }
  const { clusters, force, done } = scope.deletion
  const message = `deleted the tenant: clusters: ${clusters}${force ? ', with force' : ''}; keys destroyed ${tenant.shreddedAt}; ${done} rows removed`
  await deps.removal.finish(request.claim, tenantActor, tenant, message)
  deps.logger.info({ tenant: request.uid }, 'tenant deleted')
  return { outcome: 'gone' }
}

const tellClusters = (scope: Scope, { count, told }: ClustersLeft): Promise<void> => {
  const { clusters, force, phase, total } = scope.deletion
  const most = Math.max(phase === 'Clusters' ? total : 0, count)
  const what = clusters === 'delete' ? 'to be removed with what their clouds hold' : 'to be left by their agents'
  const next = force
    ? 'What a cloud does not remove is given up, and listed in the log.'
    : clusters === 'delete'
      ? 'One that is blocked waits for its cloud: ask again with force, or with clusters=unlink.'
      : 'An agent that is away is not waited for.'
  return tell(scope, {
    phase: 'Clusters',
    message: `Waiting for ${count} of ${most} clusters ${what}. ${next}`,
    done: most - count,
    total: most,
    remaining: told,
    asked: true,
  })
}

/** `since`: when something moved last. */
async function tell(scope: Scope, news: Partial<TenantDeletion>): Promise<void> {
  const { deps, request, deletion } = scope
  const next = { ...deletion, ...news }
  const moved = next.phase !== deletion.phase || next.done !== deletion.done
  scope.deletion = { ...next, since: moved ? isoNow(deps.clock) : deletion.since }
  await deps.removal.report(request.claim, scope.deletion)
}
