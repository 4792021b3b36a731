import type { v1ClusterGroup, v1ClusterGroupSummary } from '@atrium/api/generated/operations.d.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { scopeOf, viewMeta } from '../../shapes/meta.ts'
import { clusterRefs, readBrief } from '../clusters/refs.ts'
import { viewTemplate } from '../clusters/views.ts'
import type { Group } from './load.ts'

/** A group of the tenant holds clusters of many projects: each caller is shown those that they see. */
const shownHosts = async (tx: Tx, { spec }: Group): Promise<{ clusterUid: string; clusterName: string }[]> =>
  clusterRefs(spec.clusterUids, await readBrief(tx, spec.clusterUids)).filter(({ clusterName }) => clusterName !== '')

export async function viewGroup(tx: Tx, group: Group): Promise<v1ClusterGroup> {
  const { meta, spec } = group
  const hosts = await shownHosts(tx, group)
  const config = spec.config.hostClustersConfig ?? []
  const shown = config.filter(({ clusterUid }) => hosts.some((host) => host.clusterUid === clusterUid))
  return {
    metadata: viewMeta(meta),
    spec: {
      type: 'hostCluster',
      clusterRefs: hosts,
      // Clients take the limits for granted, and the endpoint of each cluster.
      clustersConfig: {
        limitConfig: {},
        ...spec.config,
        hostClustersConfig: shown.map((host) => ({ endpointConfig: {}, ...host })),
      },
      clusterProfileTemplates: spec.profiles.map(viewTemplate),
    },
    status: { isActive: true },
  }
}

export async function viewGroupSummary(tx: Tx, group: Group): Promise<v1ClusterGroupSummary> {
  const { meta, spec } = group
  const hosts = await shownHosts(tx, group)
  const { endpointType, kubernetesDistroType } = spec.config
  return {
    metadata: viewMeta(meta),
    spec: {
      scope: scopeOf(meta),
      ...(endpointType && { endpointType }),
      ...(kubernetesDistroType && { kubernetesDistroType }),
      hostClusters: hosts.map(({ clusterUid, clusterName }) => ({
        ...{ kind: 'spectrocluster', uid: clusterUid, name: clusterName },
      })),
      hostClustersCount: hosts.length,
      virtualClustersCount: 0,
      clusterProfileTemplates: spec.profiles.map(({ uid, name, type, cloudType }) => ({ uid, name, type, cloudType })),
    },
  }
}
