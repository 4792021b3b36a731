import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type {
  DesiredInfrastructure,
  ObservedInfrastructure,
  Operation,
  Provider,
} from '@atrium/provider-contract/provider.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { kubernetesVersionOf } from './resolve.ts'

type Declared = Pick<StoredObject<'Cluster'>, 'spec'> & { meta: { tenant: string; uid: string; name: string } }

/** The infrastructure a cluster declares, as its provider wants it. */
export function desiredInfrastructure(
  { meta, spec }: Declared,
  kubernetesVersion: string,
  replace: string[],
): DesiredInfrastructure {
  return {
    identity: { tenant: meta.tenant, uid: meta.uid, name: meta.name },
    kubernetesVersion,
    cloudConfig: spec.cloudConfig,
    pools: spec.machinePools.map(({ input: _input, version, ...pool }) => ({
      ...pool,
      kubernetesVersion: version.replace(/^v/, '') || kubernetesVersion,
    })),
    policy: spec.policy,
    replace,
  }
}

/**
 * What a new spec would do to the machines, from what is known of them: for previews, before the update is stored. The
 * controller plans again from what it observes.
 */
export function planInfrastructure(
  cluster: StoredObject<'Cluster'>,
  after: ClusterSpec,
  machines: readonly StoredObject<'Machine'>[],
  provider: Provider,
): Operation[] {
  const desired = desiredInfrastructure({ meta: cluster.meta, spec: after }, kubernetesVersionOf(after.profiles), [])
  return provider.plan(desired, rememberedInfrastructure(cluster, machines))
}

/** The infrastructure as the controller last stored it. */
function rememberedInfrastructure(
  { status, spec }: StoredObject<'Cluster'>,
  machines: readonly StoredObject<'Machine'>[],
): ObservedInfrastructure {
  const exists = status.endpoint !== undefined
  return {
    exists,
    controlPlaneReady: exists,
    endpoint: status.endpoint ?? null,
    kubernetesVersion: exists ? kubernetesVersionOf(spec.profiles) : '',
    ordinals: {},
    resources: [],
    machines: machines.map(({ meta, spec: machine, status: seen }) => ({
      providerId: seen.providerId ?? '',
      name: meta.name,
      pool: machine.pool,
      isControlPlane: machine.isControlPlane,
      state: seen.state ?? 'Unknown',
      message: seen.message ?? '',
      kubernetesVersion: seen.kubernetesVersion ?? '',
      addresses: seen.addresses ?? [],
      labels: seen.labels ?? {},
      taints: seen.taints ?? [],
    })),
  }
}
