import type { ObservedInfrastructure } from '@atrium/provider-contract/provider.ts'
import type { Cloud, Scope } from './scope.ts'

/** Condition ControlPlaneReady; keeps the admin kubeconfig. */
export async function reconcileControlPlane(scope: Scope): Promise<void> {
  const { observed, cloud } = scope
  if (!cloud || !observed) return
  if (!observed.exists) return scope.say('WaitingForInfrastructure', 'The control plane is not created yet.')
  if (!observed.controlPlaneReady) {
    scope.lookAgainIn(scope.deps.timing.busyMs)
    const waits = observed.controlPlaneMessage ? `: ${observed.controlPlaneMessage}` : ''
    return scope.cluster.status.endpoint
      ? scope.say('ApiServerSilent', `The API server does not answer now${waits}.`)
      : scope.say('ApiServerStarting', `The control plane starts${waits}.`)
  }
  scope.kubeconfig = await keepKubeconfig(scope, cloud, observed)
  if (!scope.kubeconfig) {
    scope.lookAgainIn(scope.deps.timing.busyMs)
    return scope.say('ApiServerStarting', 'The control plane has no admin access yet.')
  }
  if (observed.endpoint) scope.patch.endpoint = observed.endpoint
  scope.say('ApiServerAnswers', `The API server answers at ${observed.endpoint?.host}:${observed.endpoint?.port}`)
}

/** The admin kubeconfig, kept as a secret of the cluster; asked for anew when there is none, the endpoint moved or its certificate was renewed. */
async function keepKubeconfig(scope: Scope, cloud: Cloud, { endpoint, certificates }: ObservedInfrastructure) {
  const { endpoint: known, certificates: former } = scope.cluster.status
  const moved = known?.host !== endpoint?.host || known?.port !== endpoint?.port
  const renewed = certificates !== undefined && certificates.renewedFor !== former?.renewedFor
  const stored = scope.surroundings.kubeconfig
  if (stored && !moved && !renewed) return stored
  const fresh = await cloud.provider.kubeconfig(cloud.identity, cloud.account)
  if (fresh && fresh.reveal() !== stored?.reveal()) scope.freshKubeconfig = fresh
  if (fresh && certificates) scope.patch.certificates = certificates
  return fresh ?? stored
}
