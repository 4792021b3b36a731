import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { buildDesiredState } from '../../content/desired-state.ts'
import { resolveLayers } from '../../content/resolve.ts'
import { failure } from './failure.ts'
import { expectLayers } from './report.ts'
import type { Scope } from './scope.ts'

type Position = { epoch: number; generation: number }

/** Fills in the values and gives the agent its desired state; while that fails the agent keeps its former one. */
export async function resolveProfile(scope: Scope): Promise<void> {
  const { cluster } = scope
  const resolved = resolveLayers(cluster.spec.profiles, scope.surroundings.resolveContext())
  scope.kubernetesVersion = resolved.kubernetesVersion
  if (resolved.kubernetesVersion === '') {
    scope.failures.push(failure('ProfilesMissing', 'No profile of the cluster has a Kubernetes layer.'))
    return scope.say('ProfilesMissing', 'No profile of the cluster has a Kubernetes layer.')
  }
  if (resolved.problems.length > 0) {
    const shown = resolved.problems.slice(0, 5).map((problem) => `${problem.layer}: ${problem.message}`)
    const more = resolved.problems.length - shown.length
    const message = shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
    scope.failures.push(failure('ValuesInvalid', message))
    return scope.say('ValuesInvalid', message)
  }
  const problem = await storeDesiredState(scope, resolved)
  if (problem !== null) {
    scope.failures.push(failure('DesiredStateTooLarge', problem))
    return scope.say('DesiredStateTooLarge', problem)
  }
  scope.profileResolved = true
  scope.say('Resolved', `${resolved.layers.length} layers of ${cluster.spec.profiles.length} profiles`)
}

async function storeDesiredState(scope: Scope, resolved: ReturnType<typeof resolveLayers>): Promise<string | null> {
  const { cluster } = scope
  const input = {
    clusterUid: scope.uid,
    clusterName: cluster.meta.name,
    kubernetesVersion: resolved.kubernetesVersion,
    policy: cluster.spec.policy,
    sensitive: resolved.sensitive,
    layers: resolved.layers,
  }
  const epoch = scope.deps.epoch()
  const built = buildDesiredState(input, cluster.status.desired, epoch)
  if (!built.ok) return built.message
  if (!built.changed || !isObserved(cluster.status, epoch)) return null
  const before = cluster.status.desired
  await scope.transaction(async (tx) => {
    for (const content of [...built.blobs.values(), built.index]) await tx.putBlob(content)
    const layers = expectLayers(built.state.layers, cluster.status.layers ?? [])
    await tx.updateStatus('Cluster', scope.uid, { status: { desired: built.pointer, layers } })
    Object.assign(cluster.status, { desired: built.pointer, layers })
  })
  const { generation } = built.pointer
  tellRestored(scope, built.pointer, before)
  scope.event(
    `desired-${epoch}-${generation}`,
    'Info',
    'DesiredStateMade',
    `Desired state ${generation} is ready for the agent.`,
  )
  return null
}

/**
 * A restored plane may know less than its clusters: it could take away what was added since the copy. It gives an enrolled
 * agent nothing before that agent came and told what it runs.
 */
function isObserved({ desired, agent }: ClusterStatus, epoch: number): boolean {
  const restored = desired !== undefined && desired.epoch < epoch
  return !restored || agent?.enrolled !== true || agent.planeEpoch === epoch
}

function tellRestored(scope: Scope, given: Position, before: Position | undefined): void {
  const { applied } = scope.cluster.status
  if (!before || before.epoch === given.epoch || !applied || applied.generation <= before.generation) return
  const message = `The agent runs desired state ${applied.generation}, made after the copy this plane was restored from; it is given ${given.generation}. Compare the cluster's profiles with what it runs.`
  scope.event(`restored-${given.epoch}`, 'Warning', 'PlaneRestored', message)
}
