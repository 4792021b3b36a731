import type { AtriumClusterPolicy } from '@atrium/api/generated/operations.d.ts'
import type { ClusterPolicy, ClusterSpec, ClusterStatus, PolicyAction } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { declaredProfiles } from './cluster-access.ts'
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

type PolicySpec = Pick<ClusterSpec, 'policy' | 'profiles' | 'clusterConfig'>

/** Ids of all layers of the cluster; those of its workspaces as its agent was given them. */
function layerIds(spec: PolicySpec, { layers }: Pick<ClusterStatus, 'layers'>): string[] {
  const declared = declaredProfiles(spec, []).flatMap((profile) =>
    profile.layers.map((layer) => `${profile.name}/${layer.name}`),
  )
  const ofNoProfile = (layers ?? []).filter(({ profileUid }) => profileUid === '').map(({ name }) => `/${name}`)
  return [...new Set([...declared, ...ofNoProfile])]
}

/**
 * Layers that are named and that no profile of the cluster has. One that stood there before is none: its layer may have
 * gone with another version of its profile, and may come back with the next.
 */
function unknownLayers(layers: ClusterPolicy['layers'] & object, policy: ClusterPolicy, ids: string[]): string[] {
  const known = new Set([...ids, ...Object.keys(policy.layers ?? {})])
  return Object.keys(layers).filter((id) => !known.has(id))
}

/** The policy that `wanted` makes of the cluster's; without layers, those that stand stay. Throws `InvalidRequest` for a layer the cluster does not have. Pure. */
export function changedPolicy(
  wanted: AtriumClusterPolicy,
  { spec, status }: { spec: PolicySpec; status: ClusterStatus },
  path = '',
): ClusterPolicy {
  const { drift, nodes, layers = spec.policy.layers ?? {} } = wanted
  const ids = layerIds(spec, status)
  const [unknown] = unknownLayers(layers, spec.policy, ids)
  if (unknown !== undefined) {
    const message = `${path}layers: the cluster has no layer '${unknown}'. There are: ${ids.join(', ')}.`
    throw new AtriumError('InvalidRequest', message, { details: { field: `${path}layers.${unknown}` } })
  }
  return { drift, nodes, ...(Object.keys(layers).length > 0 && { layers }) }
}
