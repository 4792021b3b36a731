import { resolveLayers } from '../../content/resolve.ts'
import { readResolveContext } from '../../content/resolve-context.ts'
import { buildDesiredState } from './desired-state.ts'
import { failure } from './failure.ts'
import { expectLayers } from './report.ts'
import type { Scope } from './scope.ts'

/** Fills in the values and gives the agent its desired state; while that fails the agent keeps its former one. */
export async function resolveProfile(scope: Scope): Promise<void> {
  const { cluster } = scope
  const resolved = resolveLayers(cluster.spec.profiles, await readResolveContext(scope.deps.store, cluster))
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
  const built = buildDesiredState(input, cluster.status.desired, scope.deps.epoch)
  if (!built.ok) return built.message
  if (!built.changed) return null
  await scope.transaction(async (tx) => {
    for (const content of [...built.blobs.values(), built.index]) await tx.putBlob(content)
    const layers = expectLayers(built.state.layers, cluster.status.layers ?? [])
    await tx.updateStatus('Cluster', scope.uid, { status: { desired: built.pointer, layers } }, scope.fence)
    Object.assign(cluster.status, { desired: built.pointer, layers })
  })
  const { epoch, generation } = built.pointer
  scope.event(
    `desired-${epoch}-${generation}`,
    'Info',
    'DesiredStateMade',
    `Desired state ${generation} is ready for the agent.`,
  )
  return null
}
