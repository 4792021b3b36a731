import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { LayerReport } from '@atrium/api/link/protocol.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { comparePositions } from '../desired/position.ts'
import type { DesiredPosition } from '../ports.ts'
import { type Failure, nextFailure } from './backoff.ts'
import { UpgradeError } from './chart-unit.ts'
import type { HealthBoard } from './health.ts'
import type { Installer } from './installer.ts'
import { awaitedNames, type LayerStep, type LayerView, nextRemoval, planLayers, reportLayer } from './plan.ts'
import { isInstalled, type LayerRecord, layerKey, type RecordStore } from './records.ts'

export interface EngineDeps {
  records: RecordStore
  installer: Pick<Installer, 'install' | 'remove'>
  health: Pick<HealthBoard, 'get' | 'forget' | 'refresh'>
  clock: Clock
  logger: Logger
  /** The newest desired state, asked for at each look. */
  desired(): DesiredState | null
  /** Called when the state of any layer may have changed. */
  onProgress(): void
  /** Called once for each desired state, when every layer is ready and nothing is left to remove. */
  onComplete(desired: DesiredState): Promise<void>
  /** Something stayed behind after a removal. */
  onRemaining(layer: string, remaining: string[]): void
}

/** A layer that is no longer wanted and still there; `problem` is why its last removal failed, null before that. */
export interface PendingRemoval {
  layer: string
  problem: string | null
}

const UNREADY_POLL_MS = 1_000
const READY_POLL_MS = 15_000
/** Layers are looked at one after another, as long as none takes longer: it goes on beside the others then. */
const LOOK_PATIENCE_MS = 2_000
const REMOVAL = 'removal'

/**
 * The loop that makes the cluster's layers what the desired state says. Level-triggered: each pass reads the desired
 * state and the records, decides purely (`planLayers`) and does the first thing that is due; nothing depends on which
 * event caused the pass.
 */
export class LayerEngine {
  readonly #deps: EngineDeps
  readonly #stopping = new AbortController()
  readonly #failures = new Map<string, Failure>()
  #installing: { layerId: string; key: string; abort: AbortController } | null = null
  #wake: () => void = () => undefined
  #woken = false
  /** The last desired state that was found complete. */
  #completed: DesiredPosition | null = null
  #loops: Promise<unknown>[] = []

  constructor(deps: EngineDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#loops = [this.#passLoop(), this.#healthLoop()]
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#installing?.abort.abort()
    this.wake()
    await Promise.all(this.#loops)
  }

  /** Looks again soon; stops an installation that the newest desired state no longer wants. */
  wake(): void {
    this.#woken = true
    const running = this.#installing
    if (running && !this.#isWanted(running.layerId, running.key)) running.abort.abort()
    this.#wake()
  }

  /** Makes a layer's installation due again, e.g. because its release was damaged. */
  async reinstall(layerId: string): Promise<void> {
    const record = this.#deps.records.get(layerId)
    if (!record || record.attempted !== null) return
    await this.#deps.records.save({ ...record, attempted: record.key })
    this.#failures.delete(layerId)
    this.wake()
  }

  /** Every layer of the desired state, in its order. */
  reports(): LayerReport[] {
    const views = this.#views()
    const steps = planLayers(views, this.#deps.clock.now())
    return views.map((view, index) => reportLayer(view, steps[index] ?? { do: 'nothing' }))
  }

  /** Layers that are no longer wanted and still there. */
  removals(): PendingRemoval[] {
    return this.#unwanted().map(({ id }) => {
      const failure = this.#failures.get(id)
      return { layer: id, problem: failure?.key === REMOVAL ? failure.message : null }
    })
  }

  #isWanted(layerId: string, key: string): boolean {
    const layer = this.#deps.desired()?.layers.find((one) => one.id === layerId)
    return key === REMOVAL ? layer === undefined : layer !== undefined && layerKey(layer) === key
  }

  #views(): LayerView[] {
    const { records, health } = this.#deps
    return (this.#deps.desired()?.layers ?? []).map((layer) => {
      const record = records.get(layer.id)
      const installing = this.#installing?.layerId === layer.id
      return { layer, record, failure: this.#failures.get(layer.id), health: health.get(record), installing }
    })
  }

  async #passLoop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#woken = false
      try {
        if (await this.#pass()) continue
      } catch (error) {
        this.#deps.logger.error({ error: messageOf(error) }, 'a pass over the layers failed')
      }
      if (!this.#woken) await this.#idle()
    }
  }

  /** Until something wakes us, or the next retry is due. */
  async #idle(): Promise<void> {
    const now = this.#deps.clock.now()
    const dueAt = Math.min(...this.#retryTimes(now), now + READY_POLL_MS)
    await new Promise<void>((resolve) => {
      const cancel = this.#deps.clock.after(Math.max(dueAt - now, 10), resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Of a layer that waits for others the time of its next try says nothing: what it waits for wakes us. */
  #retryTimes(now: number): number[] {
    const installs = planLayers(this.#views(), now).flatMap((step) => (step.do === 'retry-later' ? [step.at] : []))
    const removals = [...this.#failures.values()].filter((failure) => failure.key === REMOVAL)
    return [...installs, ...removals.map((failure) => failure.retryAt)]
  }

  /** True when it did something and should look again at once. */
  async #pass(): Promise<boolean> {
    const desired = this.#deps.desired()
    if (!desired) return false
    this.#forgetFailures()
    const views = this.#views()
    const steps = planLayers(views, this.#deps.clock.now())
    const next = steps.findIndex((step) => step.do === 'install')
    const view = views[next]
    if (view) return this.#install(view, next)
    const now = this.#deps.clock.now()
    const isDue = ({ id }: LayerRecord): boolean => (this.#failures.get(id)?.retryAt ?? 0) <= now
    // One at a time.
    const removable = nextRemoval(this.#unwanted(), awaitedNames(views), isDue)
    if (removable) return this.#remove(removable)
    if (comparePositions(desired, this.#completed) === 0 || !this.#isComplete(views, steps)) return false
    await this.#deps.onComplete(desired)
    this.#completed = { epoch: desired.epoch, generation: desired.generation }
    return false
  }

  /** Failures of what nobody wants any more: of layers that are gone, and of content that was replaced. */
  #forgetFailures(): void {
    const { desired, records } = this.#deps
    const wanted = new Map(desired()?.layers.map((layer) => [layer.id, layerKey(layer)]))
    for (const [id, failure] of this.#failures) {
      const key = wanted.get(id) ?? (records.get(id) && REMOVAL)
      if (failure.key !== key) this.#failures.delete(id)
    }
  }

  #isComplete(views: LayerView[], steps: LayerStep[]): boolean {
    const allReady = views.every((view, index) => steps[index]?.do === 'nothing' && view.health?.ready)
    return allReady && this.#unwanted().length === 0
  }

  #unwanted(): LayerRecord[] {
    const wanted = new Set(this.#deps.desired()?.layers.map((layer) => layer.id))
    return this.#deps.records.all().filter((record) => !wanted.has(record.id))
  }

  async #install(view: LayerView, order: number): Promise<boolean> {
    const { layer } = view
    const key = layerKey(layer)
    const abort = new AbortController()
    this.#installing = { layerId: layer.id, key, abort }
    this.#deps.onProgress()
    this.#deps.logger.info({ layer: layer.name, version: layer.version }, 'installing layer')
    try {
      const remaining = await this.#deps.installer.install(layer, order, abort.signal)
      this.#failures.delete(layer.id)
      if (remaining.length > 0) this.#deps.onRemaining(layer.name, remaining)
    } catch (error) {
      const disturbed = error instanceof UpgradeError && error.disturbed
      this.#fail(layer.id, key, error, disturbed)
    } finally {
      this.#installing = null
    }
    const record = this.#deps.records.get(layer.id)
    if (isInstalled(record, key) && record) await this.#deps.health.refresh(record, this.#stopping.signal)
    this.#deps.onProgress()
    return true
  }

  #fail(layerId: string, key: string, error: unknown, disturbed: boolean): void {
    // Cut off, not failed: the next start goes on.
    if (this.#stopping.signal.aborted) return
    const now = this.#deps.clock.now()
    const message = messageOf(error)
    const failure = nextFailure(this.#failures.get(layerId), { key, message, disturbed, now })
    this.#failures.set(layerId, failure)
    this.#deps.logger.warn({ layer: layerId, attempts: failure.attempts, error: message }, 'layer failed')
  }

  async #remove(record: LayerRecord): Promise<boolean> {
    const abort = new AbortController()
    this.#installing = { layerId: record.id, key: REMOVAL, abort }
    this.#deps.logger.info({ layer: record.name }, 'removing layer')
    try {
      const remaining = await this.#deps.installer.remove(record, abort.signal)
      this.#failures.delete(record.id)
      this.#deps.health.forget(record.id)
      if (remaining.length > 0) this.#deps.onRemaining(record.name, remaining)
    } catch (error) {
      this.#fail(record.id, REMOVAL, error, false)
    } finally {
      this.#installing = null
    }
    this.#deps.onProgress()
    return true
  }

  /** Looks at installed layers: often while one is not ready, else now and then. */
  async #healthLoop(): Promise<void> {
    const { clock, records } = this.#deps
    const { signal } = this.#stopping
    const lastLook = new Map<string, number>()
    const looks = new Map<string, Promise<void>>()
    while (!signal.aborted) {
      for (const record of records.all()) {
        if (looks.has(record.id) || !this.#isLookDue(record, lastLook)) continue
        if (signal.aborted) break
        lastLook.set(record.id, clock.now())
        const look = this.#look(record).finally(() => looks.delete(record.id))
        looks.set(record.id, look)
        await this.#waitAWhile(look)
      }
      await clock.sleep(UNREADY_POLL_MS, signal)
    }
    await Promise.all(looks.values())
  }

  #isLookDue(record: LayerRecord, lastLook: ReadonlyMap<string, number>): boolean {
    if (record.key === '' || this.#installing?.layerId === record.id) return false
    const isSettled = this.#deps.health.get(record)?.ready === true
    return !isSettled || this.#deps.clock.now() - (lastLook.get(record.id) ?? 0) >= READY_POLL_MS
  }

  async #look(record: LayerRecord): Promise<void> {
    const { signal } = this.#stopping
    if (!(await this.#deps.health.refresh(record, signal)) || signal.aborted) return
    this.#deps.onProgress()
    this.wake()
  }

  /** Until it is done, but no longer than others may be made to wait. */
  async #waitAWhile(look: Promise<void>): Promise<void> {
    const isDone = new AbortController()
    const done = look.finally(() => isDone.abort())
    await Promise.race([done, this.#deps.clock.sleep(LOOK_PATIENCE_MS, isDone.signal)])
  }
}
