import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type {
  DesiredInfrastructure,
  ObservedInfrastructure,
  Operation,
  Provider,
} from '@atrium/provider-contract/provider.ts'
import { type MachineChange, rehearseMachines } from '@atrium/provider-contract/rehearse-pools.ts'
import { plannedReplacements, type Replacement } from '@atrium/provider-contract/upgrade.ts'
import { plainVersion } from '@atrium/provider-contract/versions.ts'
import { canonicalJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { kubernetesVersionOf } from './resolve.ts'

type Declared = Pick<StoredObject<'Cluster'>, 'spec'> & { meta: { tenant: string; uid: string; name: string } }

/**
 * The infrastructure a cluster declares, as its provider wants it. The Kubernetes layer of the profile decides the version
 * of all machines: one that the text of a pool names is from the day when that was written.
 */
export function desiredInfrastructure(
  { meta, spec }: Declared,
  kubernetesVersion: string,
  replace: string[],
): DesiredInfrastructure {
  return {
    identity: { tenant: meta.tenant, uid: meta.uid, name: meta.name },
    kubernetesVersion,
    cloudConfig: spec.cloudConfig,
    pools: spec.machinePools.map(({ input: _input, version: _version, ...pool }) => ({ ...pool, kubernetesVersion })),
    policy: spec.policy,
    ...(spec.certificatesSince && { certificatesSince: spec.certificatesSince }),
    replace,
  }
}

/**
 * What a new spec would do to the machines, from what is known of them: for previews, before the update is stored. The
 * first steps, then every machine that an upgrade of Kubernetes replaces, in its order. The controller plans again from
 * what it observes.
 */
export function planInfrastructure(
  cluster: StoredObject<'Cluster'>,
  after: ClusterSpec,
  machines: readonly StoredObject<'Machine'>[],
  provider: Provider,
): Operation[] {
  const desired = desiredInfrastructure({ meta: cluster.meta, spec: after }, kubernetesVersionOf(after.profiles), [])
  const known = rememberedInfrastructure(cluster, machines)
  return [...provider.plan(desired, known), ...plannedReplacements(desired, known).map(replacementPreview)]
}

const replacementPreview = ({ machine, pool, from, to, strategy }: Replacement): Operation => ({
  key: `replace-machine/${machine.name}`,
  type: 'replace-machine',
  summary: `Replace machine ${machine.name} of pool ${pool.name}: Kubernetes ${from} becomes ${to} (${strategy})`,
  disturbs: `Pods on ${machine.name} move to other machines.`,
  input: { name: machine.name },
})

/** Machines that a policy of `heal` would replace, once they have been unwell for long enough. */
export const unwellMachines = (machines: readonly StoredObject<'Machine'>[]): StoredObject<'Machine'>[] =>
  machines.filter(({ spec, status }) => status.unhealthySince != null && !spec.isControlPlane)

/** All that a new spec would do to machines in the end, and how much is under way without it. */
export function rehearseInfrastructure(
  cluster: StoredObject<'Cluster'>,
  after: ClusterSpec,
  machines: readonly StoredObject<'Machine'>[],
): { nodes: MachineChange[]; underWay: number; isWhole: boolean } {
  const observed = rememberedInfrastructure(cluster, machines)
  const rehearsal = (spec: ClusterSpec): ReturnType<typeof rehearseMachines> => {
    const unwell = spec.policy.nodes === 'heal' ? unwellMachines(machines) : []
    const replace = unwell.map(({ status }) => status.providerId ?? '')
    const desired = desiredInfrastructure({ meta: cluster.meta, spec }, kubernetesVersionOf(spec.profiles), replace)
    return rehearseMachines(desired, observed)
  }
  const before = new Set(rehearsal(cluster.spec).changes.map(canonicalJson))
  const { changes, isWhole } = rehearsal(after)
  const nodes = changes.filter((change) => !before.has(canonicalJson(change)))
  return { nodes, underWay: changes.length - nodes.length, isWhole }
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
    kubernetesVersion: exists ? plainVersion(status.kubernetesVersion ?? '') || kubernetesVersionOf(spec.profiles) : '',
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
