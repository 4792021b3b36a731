import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import { awaitedNames, type LayerHealth, type LayerView, nextRemoval, planLayers } from '../layers/plan.ts'
import { type LayerRecord, layerKey, newRecord } from '../layers/records.ts'

/** One thing the agent would do, in its turn. */
export interface PlannedStep {
  id: string
  step: 'install' | 'update' | 'remove'
  /** Names of the layers whose readiness it waits for. */
  after: string[]
}

interface World {
  layers: readonly DesiredLayer[]
  records: Map<string, LayerRecord>
  /** Ids of installed layers that count as ready. */
  ready: Set<string>
  waits: Map<string, string[]>
}

/**
 * What the engine would do, in its order, were each layer ready as soon as all that can be done is done: it is asked, step
 * by step, what is next, and told that it was done. Pure.
 */
export function rehearse(
  layers: readonly DesiredLayer[],
  records: readonly LayerRecord[],
  isReady: (record: LayerRecord) => boolean,
): PlannedStep[] {
  const world: World = {
    layers,
    records: new Map(records.map((record) => [record.id, record])),
    ready: new Set(records.filter(isReady).map(({ id }) => id)),
    waits: new Map(),
  }
  const steps: PlannedStep[] = []
  // Each round ends one step, or makes a stage ready.
  for (let rounds = 2 * (layers.length + records.length) + 2; rounds > 0; rounds -= 1) {
    const step = nextStep(world)
    if (step) steps.push(step)
    else if (!everybodyReady(world)) break
  }
  return steps
}

function nextStep(world: World): PlannedStep | null {
  const { layers, records, waits } = world
  const views = viewsOf(world)
  const steps = planLayers(views, 0)
  for (const [index, step] of steps.entries()) if (step.do === 'wait') waits.set(layers[index]?.id ?? '', step.for)
  const view = views[steps.findIndex((step) => step.do === 'install')]
  if (view) return install(world, view)
  const wanted = new Set(layers.map(({ id }) => id))
  const removed = nextRemoval(
    [...records.values()].filter(({ id }) => !wanted.has(id)),
    awaitedNames(views),
  )
  if (!removed) return null
  records.delete(removed.id)
  return { id: removed.id, step: 'remove', after: [] }
}

function install({ layers, records, ready, waits }: World, { layer, record }: LayerView): PlannedStep {
  const before = record ?? newRecord(layer, layers.indexOf(layer))
  records.set(layer.id, { ...before, key: layerKey(layer), attempted: null })
  ready.delete(layer.id)
  return { id: layer.id, step: before.key === '' ? 'install' : 'update', after: waits.get(layer.id) ?? [] }
}

const viewsOf = ({ layers, records, ready }: World): LayerView[] =>
  layers.map((layer) => {
    const health: LayerHealth = { ready: ready.has(layer.id), message: '', since: '' }
    return { layer, record: records.get(layer.id), failure: undefined, health, installing: false }
  })

/** False when everybody was already: then nothing moves any more. */
function everybodyReady({ layers, records, ready }: World): boolean {
  const late = layers.filter(({ id }) => records.has(id) && !ready.has(id))
  for (const { id } of late) ready.add(id)
  return late.length > 0
}
