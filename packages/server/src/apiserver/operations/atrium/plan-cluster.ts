import type { AtriumClusterPlan, v1SpectroClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { declaredProfiles } from '../../../content/cluster-access.ts'
import { planInfrastructure } from '../../../content/plan-machines.ts'
import { planLayers } from '../../../content/plan-update.ts'
import { type LayerProblem, placedMessage } from '../../../content/resolve.ts'
import { readResolveContext } from '../../../content/resolve-context.ts'
import { contentActor } from '../../../content/tenant.ts'
import type { ServerContext } from '../../../context.ts'
import { getCluster, loadProfiles } from '../clusters/load.ts'
import { changeProfiles } from '../clusters/profiles.ts'
import { type RefusedVersion, refusedVersion } from '../clusters/version-change.ts'

export interface ClusterChange {
  cluster: StoredObject<'Cluster'>
  /** Attached afterwards. */
  profiles: AttachedProfile[]
  machines: StoredObject<'Machine'>[]
}

/** The cluster as it is, and the profiles it has once `inputs` are attached. */
export async function readChange(
  tx: Tx,
  uid: string,
  inputs: readonly v1SpectroClusterProfileEntity[],
): Promise<ClusterChange> {
  const cluster = await getCluster(tx, uid)
  const loaded = await loadProfiles(tx, cluster.spec.cloudType, inputs, 'profiles')
  const changes = loaded.map((profile, index) => ({ profile, replaces: inputs[index]?.replaceWithProfile }))
  const { items: machines } = await tx.list('Machine', { where: { clusterUid: uid } })
  return { cluster, profiles: changeProfiles(cluster.spec.profiles, changes, cluster.spec.import), machines }
}

/** What becomes of layers and machines when the cluster's spec turns into `after`. Stores nothing. */
export async function planCluster(
  context: ServerContext,
  cluster: StoredObject<'Cluster'>,
  after: ClusterSpec,
  machines: StoredObject<'Machine'>[],
): Promise<AtriumClusterPlan> {
  const resolving = await context.store.transaction(cluster.meta.tenant, contentActor, async (tx) => ({
    before: await readResolveContext(tx, cluster),
    after: await readResolveContext(tx, { ...cluster, spec: after }),
  }))
  const { workspaces } = resolving.before
  const { layers, problems } = planLayers(
    declaredProfiles(cluster.spec, workspaces),
    declaredProfiles(after, workspaces),
    resolving,
  )
  const provider = context.providers.get(cluster.spec.cloudType)
  const refused = refusedVersion(cluster, after)
  const operations = provider ? planInfrastructure(cluster, after, machines, provider) : []
  return {
    layers,
    machines: operations.map(({ type, summary, disturbs }) => ({ type, summary, disturbs })),
    problems: problemsOf(refused, problems),
  }
}

/** Why the change cannot be made, as plans tell it. */
export const problemsOf = (
  refused: RefusedVersion | null,
  problems: readonly LayerProblem[],
): AtriumClusterPlan['problems'] => [
  ...(refused ? [{ ...problemOf(refused), path: refused.field }] : []),
  ...problems.map((problem) => ({ ...problemOf(problem), message: placedMessage(problem), path: problem.path })),
]

const problemOf = ({ layer, profileUid, message }: { layer: string; profileUid: string; message: string }) => ({
  layer,
  profileUid,
  message,
})

/** Refuses what cannot be installed. */
export function refuseProblems({ problems }: AtriumClusterPlan): void {
  const [first] = problems
  if (!first) return
  throw new AtriumError('PackVariablesUndefined', `profiles: layer '${first.layer}': ${first.message}`, {
    details: { problems },
  })
}

/** The plan's own reads need further transactions, so it cannot be made under the lock that the change is written under. */
export function mustBeUnchanged(planned: StoredObject<'Cluster'>, current: StoredObject<'Cluster'>): void {
  if (current.meta.generation === planned.meta.generation) return
  throw new AtriumError('ResourceConflict', 'The cluster was changed while this update was planned. Send it again.')
}
