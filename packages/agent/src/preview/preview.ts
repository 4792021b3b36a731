import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import {
  type LayerPreview,
  type ObjectChange,
  type PreviewAnswer,
  type PreviewRequest,
  previewLimits,
} from '@atrium/api/link/preview.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { keyOf, refOf } from '@atrium/kube/object.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { BlobCache } from '../desired/blobs.ts'
import { comparePositions } from '../desired/position.ts'
import type { HealthBoard } from '../layers/health.ts'
import type { InstallerDeps } from '../layers/installer.ts'
import { objectsOf, type RecordStore } from '../layers/records.ts'
import { listRevisions, secretRef } from '../layers/releases.ts'
import { ComingKinds } from './coming-kinds.ts'
import { applied, type ComparisonDeps, changeOf } from './object-change.ts'
import { type PlannedStep, rehearse } from './order.ts'
import { removed, type Wanted, wantedOf } from './removals.ts'
import { type RenderedLayer, type RenderedUnit, renderLayer } from './render.ts'
import { blobsOf, packsOf, readTexts } from './request.ts'
import { Room } from './room.ts'

export interface PreviewDeps extends Omit<InstallerDeps, 'blobs' | 'isWanted' | 'gate'> {
  blobs: Pick<BlobCache, 'peek'>
  records: RecordStore
  health: Pick<HealthBoard, 'get'>
  desired: { readonly current: DesiredState | null; readonly applied: { epoch: number; generation: number } | null }
}

type Preview = Pick<PreviewAnswer, 'layers' | 'notes'> & { sensitive: readonly string[] }

/** What would become of the cluster under another desired state, read from the live cluster. Changes nothing. */
export async function preview(deps: PreviewDeps, request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  const { desired } = request
  const blobs = blobsOf(await readTexts(request), deps.blobs)
  const ids = new Set(desired.layers.map(({ id }) => id))
  const steps = rehearse(desired.layers, deps.records.all(), (record) => deps.health.get(record)?.ready === true)
  const turns = new Map(steps.map((step) => [step.id, step]))
  const coming = new ComingKinds()
  const rendering = {
    ...deps,
    coming,
    blobs,
    packs: packsOf(request, deps.packs),
    isWanted: (id: string) => ids.has(id),
  }
  const rendered = new Map<string, RenderedLayer>()
  for (const { id, step } of steps) {
    const layer = desired.layers.find((one) => one.id === id)
    if (layer && step !== 'remove') rendered.set(id, await renderLayer(rendering, layer, signal))
  }
  const comparison = { client: deps.client, coming, room: new Room(), signal }
  const looks = new Looks(deps.records, ids, turns, rendered)
  await looks.addReleases(deps.client)
  const layers: LayerPreview[] = []
  for (const turn of steps) layers.push(await looks.at(comparison, turn))
  const apart = [...rendered.values()].filter((one) => one.apart).map((one) => one.layer.name)
  return { layers, notes: notesOf(deps.desired, apart), sensitive: await sensitiveOf(desired, blobs) }
}

/** Compares what was rendered with what is there. */
class Looks {
  readonly #records: RecordStore
  readonly #rendered: ReadonlyMap<string, RenderedLayer>
  readonly #wanted: Wanted
  /** Keys of objects that go. */
  readonly #going: Set<string>
  /** Ids of the units that stay. */
  readonly #units: ReadonlySet<string>

  constructor(
    records: RecordStore,
    ids: ReadonlySet<string>,
    turns: ReadonlyMap<string, PlannedStep>,
    rendered: ReadonlyMap<string, RenderedLayer>,
  ) {
    this.#records = records
    this.#rendered = rendered
    const isAsItWas = (id: string): boolean => !turns.has(id) || rendered.get(id)?.problem != null
    const staying = records.all().filter(({ id }) => ids.has(id) && isAsItWas(id))
    const fresh = [...rendered.values()].flatMap(({ units }) => units.flatMap(({ wanted }) => wanted))
    this.#wanted = wantedOf([...fresh, ...staying.flatMap(objectsOf)])
    const held = records.all().flatMap(objectsOf)
    const keys = held.map(({ object }) => keyOf(refOf(object)))
    this.#going = new Set(keys.filter((key) => !this.#wanted.keys.has(key)))
    const idsOf = ({ units }: { units: readonly { id: string }[] }): string[] => units.map(({ id }) => id)
    this.#units = new Set([...staying.flatMap(idsOf), ...[...rendered.values()].flatMap(idsOf)])
  }

  /** With a release go the Secrets that helm keeps of it. */
  async addReleases(client: KubeClient): Promise<void> {
    for (const { id, release } of this.#records.all().flatMap(({ units }) => units)) {
      if (!release || this.#units.has(id)) continue
      for (const { revision } of await listRevisions(client, release))
        this.#going.add(keyOf(secretRef(release, revision)))
    }
  }

  async at(deps: ComparisonDeps, { id, step, after }: PlannedStep): Promise<LayerPreview> {
    const layer = this.#rendered.get(id)
    const changes: ObjectChange[] = []
    let problem = layer?.problem ?? null
    try {
      for (const unit of layer?.units ?? []) changes.push(...(await unitChanges(deps, unit)))
      const units = problem === null ? (this.#records.get(id)?.units ?? []) : []
      changes.push(...(await removed(deps, units, this.#wanted, this.#going)))
    } catch (error) {
      // A right that is missing, for example: other layers can be looked at all the same.
      deps.signal.throwIfAborted()
      problem ??= messageOf(error)
    }
    problem ??= refusalOf(changes, step)
    return { id, step, after, ...deps.room.fit(changes), problem: problem === null ? null : cut(problem) }
  }
}

async function unitChanges(deps: ComparisonDeps, { wanted, leaves }: RenderedUnit): Promise<ObjectChange[]> {
  const former = wantedOf(leaves.flatMap(({ objects }) => objects))
  const changes: ObjectChange[] = []
  for (const declared of wanted) {
    const change = former.keys.has(keyOf(refOf(declared.object)))
      ? changeOf(declared, 'replaced', 'its release moves to another namespace: it goes with the former one')
      : await applied(deps, declared)
    if (change) changes.push({ ...change, why: cut(change.why) })
  }
  return changes
}

function refusalOf(changes: readonly ObjectChange[], step: PlannedStep['step']): string | null {
  const first = changes.find(({ change }) => change === 'refused')
  if (!first) return null
  const end = step === 'update' ? 'the update fails, and what serves now serves on' : 'the installation fails'
  return `${first.object} is refused: ${end}`
}

const cut = (text: string): string => text.slice(0, previewLimits.messageChars)

function notesOf({ current, applied: done }: PreviewDeps['desired'], apart: readonly string[]): string[] {
  const isAtRest = current === null || comparePositions(current, done) === 0
  return [
    ...(isAtRest ? [] : ['The agent still works on what is declared now: that is part of this preview.']),
    ...(apart.length === 0
      ? []
      : [`Rendered without a look at the cluster, for kinds that come with this change: ${cut(apart.join(', '))}.`]),
  ]
}

/** Values of sensitive variables, as the desired state lists them. */
async function sensitiveOf({ sensitive }: DesiredState, blobs: Pick<BlobCache, 'get'>): Promise<string[]> {
  if (sensitive === undefined) return []
  const values: unknown = JSON.parse((await blobs.get(sensitive)).toString('utf8'))
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
}
