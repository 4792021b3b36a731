import type { AtriumClusterPlanRequest, v1ClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import { differences } from '../documents/difference.ts'
import type { AtriumDocument } from '../documents/document.ts'
import { type clusterKind, refuseFixed } from '../documents/kinds/cluster.ts'
import { type PoolSpec, sentPool } from '../documents/kinds/cluster-pools.ts'
import { sentProfile } from '../documents/kinds/cluster-profile.ts'
import { removedVariables, sentProfiles } from '../documents/kinds/cluster-profiles.ts'
import { differs } from '../documents/kinds/kind.ts'
import { type Plan, planDocument } from '../documents/plan.ts'
import type { Scope } from '../documents/scope.ts'
import type { Server } from '../platform/server.ts'

/** A cluster that a document changes, and how. */
export interface ClusterChange {
  uid: string
  name: string
  request: AtriumClusterPlanRequest
}

/** What a document means for clusters: those it changes, or why there is nothing to preview. */
export type Meaning = { clusters: ClusterChange[] } | { nothing: string; changes: boolean }

export async function meaningOf(server: Server, document: AtriumDocument): Promise<Meaning> {
  const plan = await planDocument(server, document)
  if (plan.change === 'unchanged') return { nothing: 'nothing would change', changes: false }
  if (document.kind === 'Cluster') return meaningOfCluster(plan)
  if (document.kind === 'ClusterProfile') return meaningOfProfile(plan)
  return { nothing: `would be ${plan.change}; see: diff`, changes: true }
}

type ClusterDocument = Awaited<ReturnType<typeof clusterKind.read>>

async function meaningOfCluster(plan: Plan): Promise<Meaning> {
  if (plan.change === 'created')
    return { nothing: 'would be created: there is nothing to compare it with', changes: true }
  const { scope, uid, differences: found } = plan
  // Read and checked as documents of this kind.
  const [live, wanted] = [plan.live, plan.wanted] as unknown as [ClusterDocument, ClusterDocument]
  refuseFixed(found)
  const request: AtriumClusterPlanRequest = {
    ...(differs(found, 'spec.profiles') && {
      profiles: await sentProfiles(scope, wanted.spec.profiles),
      complete: true,
      variables: await removedVariables(scope, live.spec.profiles, wanted.spec.profiles),
    }),
    ...poolChanges(live.spec.pools, wanted.spec.pools),
    ...(differs(found, 'spec.config') && { cloudConfig: { values: wanted.spec.config ?? '' } }),
    ...(differs(found, 'spec.policy') && { policy: { drift: 'heal', nodes: 'heal', ...wanted.spec.policy } }),
  }
  return { clusters: [{ uid, name: wanted.metadata.name, request }] }
}

function poolChanges(live: readonly PoolSpec[], wanted: readonly PoolSpec[]): AtriumClusterPlanRequest {
  const namedIn = (pools: readonly PoolSpec[], name: string) => pools.find((pool) => pool.name === name)
  return {
    machinePools: wanted.filter((pool) => differences(namedIn(live, pool.name), pool).length > 0).map(sentPool),
    removedPools: live.filter(({ name }) => !namedIn(wanted, name)).map(({ name }) => name),
  }
}

/** A changed profile means something to the clusters that use it, a new version to those that use another one. */
async function meaningOfProfile(plan: Plan): Promise<Meaning> {
  const { scope, wanted } = plan
  if (scope === null) return { nothing: 'would be created', changes: true }
  const profile: v1ClusterProfileEntity = await sentProfile(scope, wanted as never)
  const uids = plan.change === 'created' ? await versionsOf(scope, wanted.metadata.name) : [plan.uid]
  const draft = plan.change === 'created' ? { profile } : { uid: plan.uid, profile }
  const clusters = new Map<string, ClusterChange>()
  for (const uid of uids) {
    const { status } = await scope.client.call('GET /v1/clusterprofiles/{uid}', { params: { uid } })
    for (const { uid: cluster = '', name = '' } of status?.inUseClusters ?? [])
      clusters.set(cluster, { uid: cluster, name, request: { drafts: [draft] } })
  }
  if (clusters.size > 0) return { clusters: [...clusters.values()] }
  return { nothing: `would be ${plan.change}; no cluster uses it`, changes: true }
}

async function versionsOf({ client }: Scope, name: string): Promise<string[]> {
  const { items } = await client.call('GET /v1/dashboard/clusterprofiles/metadata')
  return (items ?? []).filter(({ metadata }) => metadata?.name === name).map(({ metadata }) => metadata?.uid ?? '')
}
