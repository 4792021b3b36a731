import type {
  v1ClusterGroupClustersConfig,
  v1ClusterGroupHostClusterEntity,
  v1SpectroClusterProfileEntity,
} from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { ClusterGroupConfig, ClusterGroupSpec } from '@atrium/api/kinds/cluster-group.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { capped, invalid } from '../../invalid.ts'
import { loadProfiles } from '../clusters/load.ts'
import { isInfrastructure } from '../clusters/profiles.ts'

const limits = { clusters: 500, profiles: 100 } as const

type KeptOf = <T extends object>(schema: string, value: T) => T

/** Clusters of a group and how they are used: what is replaced together. */
export function parseHosts(
  { clusterRefs, clustersConfig }: v1ClusterGroupHostClusterEntity,
  at: string,
  keptOf: KeptOf,
): Pick<ClusterGroupSpec, 'clusterUids' | 'config'> {
  const clusterUids = capped(clusterRefs, limits.clusters, `${at}clusterRefs`).map(({ clusterUid = '' }, index) => {
    if (clusterUid === '') throw invalid(`${at}clusterRefs[${index}].clusterUid`, 'is missing')
    return clusterUid
  })
  checkHosts(clustersConfig?.hostClustersConfig, clusterUids, `${at}clustersConfig.hostClustersConfig`)
  const config = keptOf<v1ClusterGroupClustersConfig>('v1ClusterGroupClustersConfig', clustersConfig ?? {})
  return { clusterUids: [...new Set(clusterUids)], config: config as ClusterGroupConfig }
}

function checkHosts(
  hosts: v1ClusterGroupClustersConfig['hostClustersConfig'],
  clusterUids: readonly string[],
  field: string,
): void {
  const named = capped(hosts, limits.clusters, field)
  const stray = named.findIndex(({ clusterUid = '' }) => !clusterUids.includes(clusterUid))
  if (stray >= 0)
    throw invalid(`${field}[${stray}].clusterUid`, `'${named[stray]?.clusterUid ?? ''}' is no cluster of the group`)
}

/** The add-ons of a group. Whoever sees the group reads their values: secrets are for single clusters. */
export async function readAddons(
  tx: Tx,
  given: readonly v1SpectroClusterProfileEntity[] | null | undefined,
  path: string,
): Promise<AttachedProfile[]> {
  const profiles = await loadProfiles(tx, null, capped(given, limits.profiles, path), path)
  for (const [index, profile] of profiles.entries()) {
    const field = `${path}[${index}]`
    if (isInfrastructure(profile)) throw invalid(`${field}.uid`, `profile '${profile.name}' is no add-on`)
    if (profiles.findIndex(({ uid }) => uid === profile.uid) < index) throw invalid(`${field}.uid`, 'is there twice')
    const secret = profile.variables.find(({ name, isSensitive }) => isSensitive && profile.variableValues[name])
    if (secret) throw invalid(`${field}.variables`, `'${secret.name}' is sensitive: give it to each cluster`)
  }
  return profiles
}
