import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { BlobCache } from '../desired/blobs.ts'
import { chartUnit, UpgradeError } from './chart-unit.ts'
import { type ClaimDeps, ClaimError, claimObjects, claimRelease } from './claims.ts'
import { type LayerContent, loadContent, type PackSource } from './content.ts'
import type { Remaining } from './prune.ts'
import { type LayerRecord, layerKey, newRecord, objectsOf, type UnitRecord, withUnit } from './records.ts'
import { dropUnit, pruneUnit } from './removal.ts'
import { type Step, type StepDeps, stepsOf } from './steps.ts'
import { begunUnit, finishedUnit, heldObjects, keyed, withTraces } from './units.ts'

export interface InstallerDeps extends ClaimDeps, Omit<StepDeps, 'isTaken'> {
  packs: PackSource
  blobs: BlobCache
}

/** Mark of a record whose removal has begun: should its layer be wanted again, it is installed again. */
const REMOVING = 'removing'

/** Mark of a record that may not have everything yet that a layer no longer wanted leaves to it. */
const CLAIMING = 'claiming'

/** Makes one layer what the desired state says, or removes one; remembers every step, so a crash resumes. */
export class Installer {
  readonly #deps: InstallerDeps

  constructor(deps: InstallerDeps) {
    this.#deps = deps
  }

  /** Installs or upgrades. Throws with what failed; what was done stays recorded. Answers what stayed behind. */
  async install(layer: DesiredLayer, order: number, signal: AbortSignal): Promise<Remaining> {
    const content = await loadContent(layer, this.#deps.packs, this.#deps.blobs, signal)
    return this.#deps.gate.exclusive(layer.id, () => this.#install(layer, order, content, signal))
  }

  async #install(layer: DesiredLayer, order: number, content: LayerContent, signal: AbortSignal): Promise<Remaining> {
    const { records, clock } = this.#deps
    const steps = this.#steps(layer.id, content)
    const key = layerKey(layer)
    const former = records.get(layer.id) ?? newRecord(layer, order)
    const startedAt = former.attempted === key || former.attempted === CLAIMING ? former.startedAt : isoNow(clock)
    await records.save({ ...former, order, attempted: former.attempted === key ? key : CLAIMING, startedAt })
    const cutOff = await this.#claim(layer.id, key, steps)
    const remaining: Remaining = []
    const staying = new Set(steps.map((step) => step.unitId))
    for (const step of steps) {
      remaining.push(...(await this.#leaveFormerPlace(layer.id, step, staying, signal)))
      await this.#runStep(layer.id, step, former.attempted !== null || cutOff.has(step), signal)
    }
    remaining.push(...(await this.#dropUnits(layer.id, (unit) => !staying.has(unit.id), signal)))
    // Namespaces were recorded first and go last: only then they may be empty.
    for (const unit of [...this.#record(layer.id).units].reverse())
      remaining.push(...(await pruneUnit(this.#deps, this.#record(layer.id), unit)))
    await records.save({
      ...this.#record(layer.id),
      key,
      attempted: null,
      valuesDigest: layer.valuesDigest,
      readinessChecks: content.plan.readinessChecks,
      installedAt: isoNow(clock),
    })
    return remaining
  }

  #record(layerId: string): LayerRecord {
    const record = this.#deps.records.get(layerId)
    if (!record) throw new Error(`layer ${layerId} has no record`)
    return record
  }

  #steps(layerId: string, content: LayerContent): Step[] {
    const { records, isWanted } = this.#deps
    const isTaken: StepDeps['isTaken'] = (object) =>
      records.holdersOf(object, layerId).some(({ record }) => isWanted(record.id))
    return stepsOf({ ...this.#deps, isTaken }, layerId, content)
  }

  /**
   * Makes everything the layer declares its own before anything is changed: from then on a layer that goes takes none of
   * it along, whatever fails. Answers the steps whose release was taken over in the middle of an operation of ours.
   */
  async #claim(layerId: string, key: string, steps: readonly Step[]): Promise<Set<Step>> {
    const cutOff = new Set<Step>()
    const refusals: ClaimError[] = []
    for (const step of steps) {
      try {
        if (step.release && (await claimRelease(this.#deps, layerId, step.release))) cutOff.add(step)
        await claimObjects(this.#deps, layerId, step.unitId, await step.declares())
      } catch (error) {
        if (!(error instanceof ClaimError)) throw error
        refusals.push(error)
      }
    }
    await this.#deps.records.save({ ...this.#record(layerId), attempted: key })
    if (refusals[0]) throw refusals[0]
    return cutOff
  }

  async #runStep(layerId: string, step: Step, begunByUs: boolean, signal: AbortSignal): Promise<void> {
    const { records } = this.#deps
    const record = this.#record(layerId)
    const before = record.units.find((unit) => unit.id === step.unitId)
    const known = keyed([...objectsOf(record), ...record.units.flatMap(heldObjects)])
    const release = step.release && { ...step.release, revision: 0 }
    const fresh = { id: step.unitId, ...(release && { release }) }
    const begun = begunUnit(fresh, before, await step.attempts(known))
    await records.save(withUnit(record, begun))
    try {
      const unit = await step.run({ before, known, begunByUs, signal })
      await this.#finish(layerId, begun, unit)
    } catch (error) {
      if (error instanceof UpgradeError)
        await this.#finish(layerId, withTraces(begun, error.traces), error.unit ?? begun)
      throw error
    }
  }

  async #finish(layerId: string, begun: UnitRecord, result: UnitRecord): Promise<void> {
    await this.#deps.records.save(withUnit(this.#record(layerId), finishedUnit(begun, result)))
  }

  /** A release that moves to another namespace: its objects that live in none cannot be in two releases. */
  async #leaveFormerPlace(
    layerId: string,
    { release, tryOut }: Step,
    staying: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<Remaining> {
    const isFormer = (unit: UnitRecord): boolean =>
      release !== undefined && unit.release?.name === release.name && !staying.has(unit.id)
    if (!this.#record(layerId).units.some(isFormer)) return []
    await tryOut?.(signal)
    return this.#dropUnits(layerId, isFormer, signal)
  }

  /** Removes units of a layer, last first. */
  async #dropUnits(layerId: string, goes: (unit: UnitRecord) => boolean, signal: AbortSignal): Promise<Remaining> {
    const remaining: Remaining = []
    for (const unit of this.#record(layerId).units.filter(goes).reverse())
      remaining.push(...(await dropUnit(this.#deps, this.#record(layerId), unit, signal)))
    return remaining
  }

  /** Takes one release back to its recorded revision and remembers the revision this makes. */
  async rollback(layerId: string, unitId: string): Promise<void> {
    const { gate, helm, records, stopping } = this.#deps
    await gate.exclusive(layerId, async () => {
      const unit = records.get(layerId)?.units.find((one) => one.id === unitId)
      if (!unit?.release) return
      await helm.rollback(unit.release, unit.release.revision, stopping)
      await this.#finish(layerId, unit, await chartUnit(this.#deps, unit.release))
    })
  }

  /** Removes a layer: exactly what it made, backwards. */
  async remove(record: LayerRecord, signal: AbortSignal): Promise<Remaining> {
    const { gate, records } = this.#deps
    return gate.exclusive(record.id, async () => {
      await records.save({ ...this.#record(record.id), attempted: REMOVING })
      const remaining = await this.#dropUnits(record.id, () => true, signal)
      await records.delete(record.id)
      return remaining
    })
  }
}
