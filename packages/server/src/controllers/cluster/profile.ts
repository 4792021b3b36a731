import { declaredProfiles } from '../../content/cluster-access.ts'
import { placedMessage, type ResolvedProfiles, resolveLayers } from '../../content/resolve.ts'
import { isNews, lacksKubernetes, makeDesired, storeDesired } from './desired.ts'
import { failure } from './failure.ts'
import type { Scope } from './scope.ts'

/** Fills in the values and gives the agent its desired state; while that fails the agent keeps its former one. */
export async function resolveProfile(scope: Scope): Promise<void> {
  const { cluster } = scope
  const context = scope.surroundings.resolveContext()
  const resolved = resolveLayers(declaredProfiles(cluster.spec, context.workspaces), context)
  scope.kubernetesVersion = resolved.kubernetesVersion
  if (lacksKubernetes(cluster.spec, resolved)) {
    scope.failures.push(failure('ProfilesMissing', 'No profile of the cluster has a Kubernetes layer.'))
    return scope.say('ProfilesMissing', 'No profile of the cluster has a Kubernetes layer.')
  }
  if (resolved.problems.length > 0) {
    const shown = resolved.problems.slice(0, 5).map((problem) => `${problem.layer}: ${placedMessage(problem)}`)
    const more = resolved.problems.length - shown.length
    const message = shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
    scope.failures.push(failure('ValuesInvalid', message))
    return scope.say('ValuesInvalid', message)
  }
  const problem = await giveDesired(scope, resolved)
  if (problem !== null) {
    scope.failures.push(failure('DesiredStateTooLarge', problem))
    return scope.say('DesiredStateTooLarge', problem)
  }
  scope.profileResolved = true
  scope.say('Resolved', `${resolved.layers.length} layers of ${cluster.spec.profiles.length} profiles`)
}

/** Why it cannot be stored, if so. */
async function giveDesired(scope: Scope, resolved: ResolvedProfiles): Promise<string | null> {
  const { cluster, deps } = scope
  const epoch = deps.epoch()
  const made = makeDesired(cluster, resolved, epoch)
  if (!made.ok) return made.message
  if (isNews(cluster.status, made, epoch))
    Object.assign(cluster.status, await storeDesired(deps, cluster, made, scope.request.claim))
  return null
}
