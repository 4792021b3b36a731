import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import { layerContentKey } from '@atrium/api/link/layer-content.ts'
import { type LayerProblem, type ResolveContext, type ResolvedLayer, resolveLayers } from './resolve.ts'

export interface LayerChange {
  /** `<profile name>/<layer name>`. */
  id: string
  profileUid: string
  change: 'added' | 'removed' | 'changed' | 'unchanged'
  /** What differs, for people; empty when nothing does. */
  why: string
}

export interface LayerPlan {
  /** In install order; removed layers follow. */
  layers: LayerChange[]
  /** Why the new profiles cannot be installed: nothing would change until they are corrected. */
  problems: LayerProblem[]
}

/** What an update of the profiles would do to each layer. Pure: ask it before the update is stored. */
export function planLayers(
  before: readonly AttachedProfile[],
  after: readonly AttachedProfile[],
  context: { before: ResolveContext; after: ResolveContext },
): LayerPlan {
  const former = new Map(resolveLayers(before, context.before).layers.map((layer) => [layer.id, layer]))
  const next = resolveLayers(after, context.after)
  const kept = next.layers.map((layer) => describeChange(former.get(layer.id), layer))
  const ids = new Set(after.flatMap((profile) => profile.layers.map((layer) => `${profile.name}/${layer.name}`)))
  const removed = [...former.values()].filter((layer) => !ids.has(layer.id))
  return {
    layers: [...kept, ...removed.map((layer) => describeRemoval(layer, kept, next.layers))],
    problems: next.problems,
  }
}

/** The agent hands over what a layer of the same name has under another profile. */
function describeRemoval(
  gone: ResolvedLayer,
  kept: readonly LayerChange[],
  next: readonly ResolvedLayer[],
): LayerChange {
  const { id, profileUid, name } = gone
  const heir = next.find((layer, index) => layer.name === name && kept[index]?.change === 'added')
  const why = heir
    ? `goes on as ${heir.id}: what that has too stays as it is, the rest of what it created is removed`
    : 'no profile names it any more; what it created is removed'
  const stays = "; definitions from a chart's crds/ and objects with helm.sh/resource-policy: keep stay"
  return { id, profileUid, change: 'removed', why: why + stays }
}

function describeChange(before: ResolvedLayer | undefined, after: ResolvedLayer): LayerChange {
  const { id, profileUid } = after
  if (!before) return { id, profileUid, change: 'added', why: `version ${after.version} is new` }
  if (layerContentKey(before) === layerContentKey(after)) return { id, profileUid, change: 'unchanged', why: '' }
  return { id, profileUid, change: 'changed', why: differences(before, after).join(', ') }
}

/** For people; what decides is the content that the agent compares too. */
function differences(before: ResolvedLayer, after: ResolvedLayer): string[] {
  const why: string[] = []
  if (before.version !== after.version) why.push(`version ${before.version} → ${after.version}`)
  else if (before.pack?.digest !== after.pack?.digest) why.push('content of the pack')
  if (before.pack?.repository !== after.pack?.repository) why.push('repository of the pack')
  if (before.values !== after.values) why.push('values')
  if (before.namespace !== after.namespace) why.push(`namespace ${before.namespace} → ${after.namespace}`)
  if (before.priority !== after.priority) why.push('install order')
  const manifests = manifestDifferences(before, after)
  const names = (layer: ResolvedLayer): string => JSON.stringify(layer.manifests.map(({ name }) => name))
  if (manifests.length === 0 && names(before) !== names(after)) why.push('order of the manifests')
  return [...why, ...manifests]
}

function manifestDifferences(before: ResolvedLayer, after: ResolvedLayer): string[] {
  const text = (layer: ResolvedLayer): Map<string, string> =>
    new Map(layer.manifests.map(({ name, content }) => [name, content]))
  const [old, fresh] = [text(before), text(after)]
  const names = new Set([...old.keys(), ...fresh.keys()])
  return [...names].filter((name) => old.get(name) !== fresh.get(name)).map((name) => `manifest ${name}`)
}
