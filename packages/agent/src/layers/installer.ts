import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { removedEntries } from '@atrium/kube/inventory.ts'
import { describeRef, type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { BlobCache } from '../desired/blobs.ts'
import { applyChart, chartUnit, chartUnitId, UpgradeError } from './chart-unit.ts'
import { type LayerContent, loadContent, type PackSource } from './content.ts'
import { readObjects } from './documents.ts'
import type { LayerGate } from './gate.ts'
import type { ChartSource, Helm } from './helm.ts'
import { applyManifest, begunManifest, type ManifestSource } from './manifest-unit.ts'
import { applyNamespaces, NAMESPACES_UNIT, releaseNamespaces } from './namespaces.ts'
import { pruneObjects, type Remaining } from './prune.ts'
import {
  entryOf,
  type LayerRecord,
  layerKey,
  newRecord,
  objectsOf,
  type RecordStore,
  type UnitRecord,
  withoutUnit,
  withUnit,
} from './records.ts'
import { chartFiles, manifestChart, withWorkFolder } from './work-files.ts'

export interface InstallerDeps {
  client: KubeClient
  helm: Helm
  packs: PackSource
  blobs: BlobCache
  records: RecordStore
  gate: LayerGate
  clock: Clock
  logger: Logger
  /** Folder for charts and values while helm runs. */
  workDir: string
  /** Aborts when the agent stops. */
  stopping: AbortSignal
}

/** One step of installing a layer; steps run in order and each is remembered as soon as it is done. */
interface Step {
  unitId: string
  /** What the step is about to leave behind, so that a first installation that fails can be removed. */
  begin(): Promise<UnitRecord>
  run(before: UnitRecord | undefined, signal: AbortSignal): Promise<UnitRecord>
}

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
    const key = layerKey(layer)
    const former = records.get(layer.id) ?? newRecord(layer, order)
    const startedAt = former.attempted === key ? former.startedAt : isoNow(clock)
    await records.save({ ...former, order, attempted: key, startedAt })
    const steps = this.#steps(layer, content, former.attempted !== null)
    for (const step of steps) await this.#runStep(layer.id, step, signal)
    const remaining = await this.#dropUnits(layer.id, new Set(steps.map((step) => step.unitId)), signal)
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

  #steps(layer: DesiredLayer, content: LayerContent, begunByUs: boolean): Step[] {
    const { plan, attached } = content
    const { namespace } = plan
    const namespaces: Step = {
      unitId: NAMESPACES_UNIT,
      begin: async () => ({ id: NAMESPACES_UNIT, objects: [], incomplete: true }),
      run: () => applyNamespaces(this.#deps.client, plan, layer.id),
    }
    const charts = plan.charts.map((chart) =>
      this.#chartStep(chart.releaseName, namespace, (dir) => chartFiles(dir, chart, namespace), begunByUs),
    )
    const manifests = plan.manifests.map((manifest) =>
      manifest.templated
        ? this.#chartStep(manifest.releaseName, namespace, (dir) => manifestChart(dir, manifest, namespace), begunByUs)
        : this.#manifestStep(layer.id, manifest.name, manifest.content, namespace),
    )
    const extra = attached.map(({ name, content: text }) =>
      this.#manifestStep(layer.id, `attached/${name}`, text, namespace),
    )
    return [namespaces, ...charts, ...manifests, ...extra]
  }

  #chartStep(name: string, namespace: string, files: (dir: string) => Promise<ChartSource>, begunByUs: boolean): Step {
    const unitId = chartUnitId(name)
    return {
      unitId,
      begin: async () => ({ id: unitId, release: { name, namespace, revision: 0 }, objects: [], incomplete: true }),
      run: (_before, signal) =>
        withWorkFolder(this.#deps.workDir, async (dir) =>
          applyChart(this.#deps, await files(dir), { begunByUs, signal }),
        ),
    }
  }

  #manifestStep(layerId: string, name: string, text: string, namespace: string): Step {
    const unitId = `manifest:${name}`
    const check = (object: KubeObject): void => {
      const owner = this.#deps.records.ownerOf(object, layerId)
      if (owner) throw new Error(`${describeRef(refOf(object))} is already declared by layer ${owner.name}`)
    }
    const source = (): ManifestSource => ({ id: unitId, objects: readObjects(text, name), namespace, check })
    return {
      unitId,
      begin: () => begunManifest(this.#deps, source()),
      run: (before, signal) => applyManifest(this.#deps, source(), before, signal),
    }
  }

  async #runStep(layerId: string, step: Step, signal: AbortSignal): Promise<void> {
    const { records } = this.#deps
    const before = this.#record(layerId).units.find((unit) => unit.id === step.unitId)
    if (!before || before.incomplete) await records.save(withUnit(this.#record(layerId), await step.begin()))
    try {
      const unit = await step.run(before, signal)
      await records.save(withUnit(this.#record(layerId), unit))
      if (before && !before.incomplete) await this.#pruneWithin(before, unit)
    } catch (error) {
      if (error instanceof UpgradeError && error.unit) await records.save(withUnit(this.#record(layerId), error.unit))
      throw error
    }
  }

  /** Objects a manifest no longer has; helm prunes its own. */
  async #pruneWithin(before: UnitRecord, after: UnitRecord): Promise<void> {
    if (before.release) return
    const gone = new Set(removedEntries(before.objects.map(entryOf), after.objects.map(entryOf)).map(keyOf))
    const objects = before.objects.filter((one) => gone.has(keyOf(refOf(one.object))))
    if (before.id === NAMESPACES_UNIT) await releaseNamespaces(this.#deps.client, objects, this.#usedNamespaces(''))
    else await pruneObjects(this.#deps.client, objects)
  }

  /** Removes units that the layer no longer has, last first. */
  async #dropUnits(layerId: string, staying: ReadonlySet<string>, signal: AbortSignal): Promise<Remaining> {
    const remaining: Remaining = []
    for (const unit of [...this.#record(layerId).units].reverse()) {
      if (staying.has(unit.id)) continue
      remaining.push(...(await this.#dropUnit(layerId, unit, signal)))
      await this.#deps.records.save(withoutUnit(this.#record(layerId), unit.id))
    }
    return remaining
  }

  async #dropUnit(layerId: string, unit: UnitRecord, signal: AbortSignal): Promise<Remaining> {
    const { client, helm } = this.#deps
    if (unit.id === NAMESPACES_UNIT) return releaseNamespaces(client, unit.objects, this.#usedNamespaces(layerId))
    if (!unit.release) return pruneObjects(client, unit.objects)
    await helm.uninstall(unit.release, signal)
    return unit.objects
      .filter((one) => one.keep)
      .map((one) => `${describeRef(refOf(one.object))} stays: helm.sh/resource-policy is keep`)
  }

  /** Namespaces that layers other than `exceptLayer` have objects in or declare. */
  #usedNamespaces(exceptLayer: string): Set<string> {
    const others = this.#deps.records.all().filter((record) => record.id !== exceptLayer)
    return new Set(
      others
        .flatMap(objectsOf)
        .map(({ object }) => (object.kind === 'Namespace' ? object.metadata.name : (object.metadata.namespace ?? ''))),
    )
  }

  /** Takes one release back to its recorded revision and remembers the revision this makes. */
  async rollback(layerId: string, unitId: string): Promise<void> {
    const { gate, helm, records, stopping } = this.#deps
    await gate.exclusive(layerId, async () => {
      const release = this.#record(layerId).units.find((unit) => unit.id === unitId)?.release
      if (!release) return
      await helm.rollback(release, release.revision, stopping)
      await records.save(withUnit(this.#record(layerId), await chartUnit(this.#deps, release)))
    })
  }

  /** Removes a layer: exactly what it made, backwards. */
  async remove(record: LayerRecord, signal: AbortSignal): Promise<Remaining> {
    return this.#deps.gate.exclusive(record.id, async () => {
      const remaining = await this.#dropUnits(record.id, new Set(), signal)
      await this.#deps.records.delete(record.id)
      return remaining
    })
  }
}
