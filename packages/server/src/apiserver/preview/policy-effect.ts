import type { AtriumClusterPreview } from '@atrium/api/generated/operations.d.ts'
import type { ClusterPolicy } from '@atrium/api/kinds/cluster.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { layerPolicy } from '../../content/layer-policy.ts'
import type { ResolvedLayer } from '../../content/resolve.ts'

type PolicyChange = AtriumClusterPreview['policy'][number]

const named = 5

/** Layers as they are, and as they would be. */
export interface PlannedLayers {
  before: readonly ResolvedLayer[]
  next: readonly ResolvedLayer[]
}

/** What another policy does to what differs now: for all, and for layers of which something else is said. Pure. */
export function policyChanges(
  { spec, status }: Pick<StoredObject<'Cluster'>, 'spec' | 'status'>,
  after: ClusterPolicy,
  unwell: readonly string[],
  layers: PlannedLayers,
): PolicyChange[] {
  const open = (status.deviations ?? []).filter(({ state, type }) => state !== 'repaired' && type !== 'node')
  const next = new Map(layers.next.map((layer) => [layer.id, layerPolicy(after, layer)]))
  const openOf = (isMeant: (layer: string) => boolean): string[] =>
    open.filter(({ layer }) => isMeant(layer ?? '')).map(({ object }) => object)
  const subjects = { drift: openOf((layer) => (next.get(layer)?.setBy ?? 'cluster') === 'cluster'), nodes: unwell }
  const forAll = (['drift', 'nodes'] as const).flatMap((field): PolicyChange[] => {
    const [from, to] = [spec.policy[field], after[field]]
    return from === to ? [] : [{ field, from, to, effect: effects[field][to](subjects[field]) }]
  })
  const forLayers = layers.before.flatMap((layer): PolicyChange[] => {
    const [now, then] = [layerPolicy(spec.policy, layer), next.get(layer.id)]
    if (!then || now.drift === then.drift || (now.setBy === 'cluster' && then.setBy === 'cluster')) return []
    const effect = effects.drift[then.drift](openOf((id) => id === layer.id))
    return [{ field: `layers.${layer.id}`, from: now.drift, to: then.drift, effect }]
  })
  return [...forAll, ...forLayers]
}

const listed = (items: readonly string[]): string => {
  const more = items.length > named ? ` and ${items.length - named} more` : ''
  return `${items.slice(0, named).join(', ')}${more}`
}

const effects = {
  drift: {
    heal: (open: readonly string[]) =>
      open.length === 0 ? 'nothing deviates now' : `what deviates is put back: ${listed(open)}`,
    alert: () => 'deviations are reported and stay',
  },
  nodes: {
    heal: (unwell: readonly string[]) =>
      unwell.length === 0 ? 'all machines are well now' : `machines that stay unwell are replaced: ${listed(unwell)}`,
    alert: () => 'machines that are unwell are reported and stay',
  },
} as const
