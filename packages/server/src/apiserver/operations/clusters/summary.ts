import type { v1SpectroClusterSummary, v1SpectroClusterUidSummary } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { stateOf, viewConditions, viewHealth, viewMetrics, viewPack, viewSpcApply } from './views.ts'

type Cluster = StoredObject<'Cluster'>

const templateMetas = ({ spec }: Cluster): { uid: string; name: string; type: string; cloudType: string }[] =>
  spec.profiles.map(({ uid, name, type, cloudType }) => ({ uid, name, type, cloudType }))

const cloudConfigMeta = ({ spec }: Cluster) => ({
  uid: spec.cloudConfigUid,
  cloudType: spec.cloudType,
  machinePools: spec.machinePools.map((pool) => ({ name: pool.name, size: pool.size })),
})

/** What a cluster's own object does not hold. */
export interface OverviewExtras {
  accountName: string
  heartbeatAt: string | undefined
}

export const viewOverview = (
  cluster: Cluster,
  { accountName, heartbeatAt }: OverviewExtras,
): v1SpectroClusterUidSummary => ({
  metadata: viewMeta(cluster.meta),
  spec: {
    cloudConfig: cloudConfigMeta(cluster),
    cloudaccount: { uid: cluster.spec.cloudAccountUid, name: accountName },
    clusterProfileTemplates: templateMetas(cluster),
  },
  status: {
    state: stateOf(cluster),
    health: viewHealth(cluster.status, heartbeatAt),
    metrics: viewMetrics(cluster.status),
    conditions: viewConditions(cluster),
    packs: (cluster.status.layers ?? []).map((layer) => viewPack(layer, cluster.spec.profiles)),
    apiEndpoints: cluster.status.endpoint ? [cluster.status.endpoint] : [],
    spcApply: viewSpcApply(cluster),
    kubeMeta: {
      hasKubeConfig: cluster.status.endpoint !== undefined,
      hasKubeConfigClient: cluster.status.endpoint !== undefined,
      ...(cluster.status.kubernetesVersion && { kubernetesVersion: cluster.status.kubernetesVersion }),
    },
  },
})

export const viewSummary = (cluster: Cluster, heartbeatAt: string | undefined): v1SpectroClusterSummary => ({
  metadata: viewMeta(cluster.meta),
  specSummary: {
    cloudConfig: cloudConfigMeta(cluster),
    cloudAccountMeta: { uid: cluster.spec.cloudAccountUid },
    clusterProfileTemplates: templateMetas(cluster),
    ...(cluster.meta.project !== null && { projectMeta: { uid: cluster.meta.project } }),
  },
  status: {
    state: stateOf(cluster),
    health: viewHealth(cluster.status, heartbeatAt),
    metrics: viewMetrics(cluster.status),
  },
})
