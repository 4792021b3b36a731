import { clusterStateOf } from '@atrium/api/cluster-state.ts'
import { clusterConditions } from '@atrium/api/conditions.ts'
import type {
  v1ClusterCondition,
  v1ClusterConfig,
  v1ClusterPackStatus,
  v1ClusterProfileTemplate,
  v1SpectroCluster,
  v1SpectroClusterHealthStatus,
  v1SpectroClusterMetrics,
} from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterStatus, LayerStatus } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { upgradesForbidden, viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

type Cluster = StoredObject<'Cluster'>
type ClusterType = NonNullable<NonNullable<v1SpectroCluster['spec']>['clusterType']>

/** State word of the public API; a cluster leaves `Running` with the request to delete it. */
export const stateOf = (cluster: Cluster): string => clusterStateOf(cluster)

/** `importLink` holds a credential: for those who may import. */
export function viewCluster(cluster: Cluster, importLink?: string): v1SpectroCluster {
  const { meta, spec } = cluster
  const view: v1SpectroCluster = {
    kind: 'SpectroCluster',
    apiVersion: 'v1',
    metadata: viewMetaOf(cluster),
    spec: {
      cloudType: spec.cloudType,
      cloudConfigRef: { kind: spec.cloudType, uid: spec.cloudConfigUid, name: meta.name },
      clusterConfig: viewClusterConfig(spec.clusterConfig),
      clusterProfileTemplates: spec.profiles.map(viewTemplate),
      clusterType: clusterTypeOf(spec),
      ...(spec.template && { clusterTemplate: { uid: spec.template.uid } }),
    },
    status: viewStatus(cluster, importLink),
  }
  return withUnknown(view, spec.unknown)
}

/** Clients read from an annotation whether upgrades of the agent are locked. */
function viewMetaOf({ meta, spec }: Cluster): v1SpectroCluster['metadata'] {
  const view = viewMeta(meta)
  if (spec.agentUpgrades !== 'lock') return view
  return { ...view, annotations: { ...view.annotations, [upgradesForbidden]: 'true' } }
}

/**
 * An empty `machineManagementConfig` crashes clients on import: it is left out unless patching is configured. Of `hostClusterConfig` they take
 * the word for granted.
 */
export function viewClusterConfig(stored: Record<string, unknown>): v1ClusterConfig {
  const { location: _location, resources: _resources, ...rest } = structuredClone(stored)
  const { machineManagementConfig, hostClusterConfig, ...others } = rest
  const patching = (machineManagementConfig as v1ClusterConfig['machineManagementConfig'])?.osPatchConfig
  const shown = {
    ...others,
    ...(hostClusterConfig !== undefined && {
      hostClusterConfig: { isHostCluster: false, ...Object(hostClusterConfig) },
    }),
    ...(patching && { machineManagementConfig: { osPatchConfig: patching } }),
  }
  return withUnknown({ updateWorkerPoolsInParallel: true, ...shown }, shown)
}

export function viewTemplate(profile: AttachedProfile): v1ClusterProfileTemplate {
  return {
    uid: profile.uid,
    name: profile.name,
    type: profile.type,
    cloudType: profile.cloudType,
    profileVersion: profile.version,
    packs: profile.layers.map(viewLayer),
  }
}

const viewLayer = (layer: ProfileLayer): NonNullable<v1ClusterProfileTemplate['packs']>[number] => ({
  name: layer.name,
  type: layer.type,
  layer: layer.layer,
  tag: layer.tag,
  version: layer.version,
  packUid: layer.packUid,
  registryUid: layer.registryUid,
  values: layer.values,
  ...(layer.digest && { digest: layer.digest }),
  manifests: layer.manifests.map((manifest) => ({ kind: 'manifest', name: manifest.name, uid: manifest.uid })),
})

const clusterTypeOf = ({ import: imported }: Cluster['spec']): ClusterType => {
  if (!imported) return 'PureManage'
  return imported.mode === 'read-only' ? 'AlloyMonitor' : 'AlloyExtend'
}

/** Clients that read no location of an imported cluster expect one with every plan. */
const nowhere = { geoLoc: { latitude: 0, longitude: 0 } }

function viewStatus(cluster: Cluster, importLink: string | undefined): NonNullable<v1SpectroCluster['status']> {
  const { status, spec } = cluster
  const location = spec.clusterConfig['location'] ?? (spec.import && nowhere)
  return {
    ...(spec.import && {
      clusterImport: { isBrownfield: true, state: stateOf(cluster), ...(importLink && { importLink }) },
    }),
    state: stateOf(cluster),
    conditions: viewConditions(cluster).filter(saysWhetherItServes),
    packs: (status.layers ?? []).map((layer) => viewPack(layer, spec.profiles)),
    apiEndpoints: status.endpoint ? [status.endpoint] : [],
    spcApply: viewSpcApply(cluster),
    repave: viewRepave(cluster),
    ...(location !== undefined && { location: location as NonNullable<v1SpectroCluster['status']>['location'] }),
  }
}

/**
 * Clients that wait for a cluster take every condition that is not `True` for a sign that it does not serve. Of these two it is
 * none; the overview has them all.
 */
const saysWhetherItServes = ({ type, status }: v1ClusterCondition): boolean =>
  status === 'True' || (type !== clusterConditions.stalled && type !== clusterConditions.inSync)

/**
 * Machines are replaced as soon as that is declared. Those of an imported cluster are its owner's: it has no such state, and
 * clients would show one as a difference.
 */
export const viewRepave = ({ spec }: Cluster): { state?: 'Approved' } => (spec.import ? {} : { state: 'Approved' })

/** Updates are applied as they arrive: nothing holds them back. */
export const viewSpcApply = (cluster: Cluster): NonNullable<NonNullable<v1SpectroCluster['status']>['spcApply']> => ({
  actionType: 'DownloadAndInstall',
  canBeApplied: true,
  ...(cluster.status.desired && { spcHash: cluster.status.desired.digest }),
})

export const viewConditions = (cluster: Cluster): v1ClusterCondition[] =>
  cluster.conditions.map(({ type, status, reason, message, lastTransitionTime }) => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime,
  }))

/** A layer that is ready answers `Ready: True`; clients abort on type `Error`. */
export function viewPack(layer: LayerStatus, profiles: readonly AttachedProfile[]): v1ClusterPackStatus {
  const declared = profiles.find((one) => one.uid === layer.profileUid)?.layers.find((one) => one.name === layer.name)
  return {
    name: layer.name,
    profileUid: layer.profileUid,
    version: layer.version,
    type: declared?.type ?? 'spectro',
    condition: {
      type: layer.state,
      status: layer.state === 'Ready' ? 'True' : 'False',
      reason: layer.state,
      message: layer.message,
    },
    ...(layer.startedAt && { startTime: layer.startedAt }),
    ...(layer.finishedAt && { endTime: layer.finishedAt }),
  }
}

/** `heartbeatAt` is fresher than what the status remembers of the last connection. */
export function viewHealth(status: ClusterStatus, heartbeatAt?: string): v1SpectroClusterHealthStatus {
  const health = healthNow(status)
  const lastHeartbeatAt = heartbeatAt ?? status.agent?.lastHeartbeatAt
  return {
    state: health?.state ?? 'Unknown',
    conditions: health ? [{ type: health.state, message: health.message }] : [],
    ...(status.agent && { agentVersion: status.agent.version }),
    ...(lastHeartbeatAt && { lastHeartBeatTimestamp: lastHeartbeatAt }),
  }
}

/** The controller concludes a moment after an agent has left, and after a server has started: until then no old health is told. */
function healthNow({ health, agent }: ClusterStatus): ClusterStatus['health'] {
  if (!health || agent?.connected !== false || health.state === 'Unknown') return health
  return { state: 'Unknown', message: `The agent was last heard of at ${agent.lastHeartbeatAt ?? 'no time'}.` }
}

export function viewMetrics(status: ClusterStatus): v1SpectroClusterMetrics {
  const metrics = status.metrics
  if (!metrics) return {}
  return {
    cpu: { unit: 'core', total: metrics.cpuCoresTotal, usage: metrics.cpuCoresUsed },
    memory: { unit: 'byte', total: metrics.memoryBytesTotal, usage: metrics.memoryBytesUsed },
  }
}
