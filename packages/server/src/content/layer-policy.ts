import type { AttachedProfile, ClusterPolicy, PolicyAction } from '@atrium/api/kinds/cluster.ts'
import type { ResolvedLayer } from './resolve.ts'

/** What happens to deviations of a layer, and who says so: the cluster for this layer, the layer itself, or the cluster for all. */
export interface LayerPolicy {
  layer: string
  drift: PolicyAction
  setBy: 'clusterLayer' | 'layer' | 'cluster'
}

/** The nearest word counts. Pure. */
export function layerPolicy(policy: ClusterPolicy, layer: Pick<ResolvedLayer, 'id' | 'drift'>): LayerPolicy {
  const forLayer = policy.layers?.[layer.id]
  if (forLayer) return { layer: layer.id, drift: forLayer, setBy: 'clusterLayer' }
  if (layer.drift) return { layer: layer.id, drift: layer.drift, setBy: 'layer' }
  return { layer: layer.id, drift: policy.drift, setBy: 'cluster' }
}

/** Ids of all layers of these profiles. */
export const layerIds = (profiles: readonly AttachedProfile[]): string[] =>
  profiles.flatMap((profile) => profile.layers.map((layer) => `${profile.name}/${layer.name}`))

/**
 * Layers that are named and that no profile of the cluster has. One that stood there before is none: its layer may have
 * gone with another version of its profile, and may come back with the next.
 */
export function unknownLayers(
  layers: Readonly<Record<string, PolicyAction>>,
  { profiles, policy }: { profiles: readonly AttachedProfile[]; policy: ClusterPolicy },
): string[] {
  const known = new Set([...layerIds(profiles), ...Object.keys(policy.layers ?? {})])
  return Object.keys(layers).filter((id) => !known.has(id))
}
