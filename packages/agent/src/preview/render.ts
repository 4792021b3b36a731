import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { type ClaimDeps, objectHolders, releaseHolder } from '../layers/claims.ts'
import { loadContent } from '../layers/content.ts'
import type { InstallerDeps } from '../layers/installer.ts'
import { type DeclaredObject, type LayerRecord, objectsOf, type UnitRecord } from '../layers/records.ts'
import { type Step, stepsOf } from '../layers/steps.ts'
import { heldObjects, keyed } from '../layers/units.ts'
import type { ComingKinds } from './coming-kinds.ts'

export interface RenderDeps extends Omit<InstallerDeps, 'blobs' | 'gate'> {
  blobs: Parameters<typeof loadContent>[2]
  coming: ComingKinds
}

/** What one step of a layer would apply. */
export interface RenderedUnit {
  id: string
  wanted: DeclaredObject[]
  /** Its release leaves another namespace for this one: what these have goes first. */
  leaves: UnitRecord[]
}

/** A layer as it would be installed; `problem` says why that would fail, and then it is not complete. */
export interface RenderedLayer {
  layer: DesiredLayer
  record: LayerRecord | undefined
  units: RenderedUnit[]
  problem: string | null
  /** Some chart was rendered without the cluster, for kinds that are still to come. */
  apart: boolean
}

/** Renders a layer with the steps that would install it, against the live cluster. Changes nothing. */
export async function renderLayer(deps: RenderDeps, layer: DesiredLayer, signal: AbortSignal): Promise<RenderedLayer> {
  const record = deps.records.get(layer.id)
  const units: RenderedUnit[] = []
  let apart = false
  const isExpected = (message: string, definesSome: boolean): boolean => {
    const isSo = deps.coming.explain(message) || (definesSome && message.includes('no matches for kind'))
    apart ||= isSo
    return isSo
  }
  try {
    const content = await loadContent(layer, deps.packs, deps.blobs, signal)
    const isTaken = (object: DeclaredObject['object']): boolean =>
      deps.records.holdersOf(object, layer.id).some((holder) => deps.isWanted(holder.record.id))
    const steps = stepsOf({ ...deps, isTaken }, layer.id, content)
    for (const step of steps) await checkClaim(deps, layer.id, step)
    const known = keyed(record ? [...objectsOf(record), ...record.units.flatMap(heldObjects)] : [])
    const staying = new Set(steps.map(({ unitId }) => unitId))
    for (const step of steps) {
      const leaves = (record?.units ?? []).filter(
        (unit) => step.release !== undefined && unit.release?.name === step.release.name && !staying.has(unit.id),
      )
      const wanted = await step.wants({ known, isMoving: leaves.length > 0, isExpected, signal })
      deps.coming.add(wanted)
      units.push({ id: step.unitId, wanted, leaves })
    }
    return { layer, record, units, problem: null, apart }
  } catch (error) {
    signal.throwIfAborted()
    return { layer, record, units, problem: messageOf(error), apart }
  }
}

/** Throws when somebody else has what the step declares and keeps it. */
async function checkClaim(deps: Omit<ClaimDeps, 'gate'>, layerId: string, step: Step): Promise<void> {
  if (step.release) await releaseHolder(deps, layerId, step.release)
  objectHolders(deps, layerId, await step.declares())
}
