import { KubeConnectionError } from '@atrium/kube/errors.ts'
import { isNamespace } from '@atrium/kube/inventory.ts'
import { describeRef, type KubeObject, type KubeType, keyOf, refOf } from '@atrium/kube/object.ts'
import { type ResourceWatch, watchResource } from '@atrium/kube/watch.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { LayerGate } from '../layers/gate.ts'
import type { RecordStore } from '../layers/records.ts'
import { shortHash } from '../names.ts'
import { CheckQueue, type CheckResult } from './check-queue.ts'
import { InventoryIndex, isReleaseKey } from './inventory-index.ts'
import { checkObject, type ObjectCheckDeps } from './object-check.ts'

export interface ObjectGuardDeps extends Omit<ObjectCheckDeps, 'onRepaired'> {
  records: RecordStore
  gate: LayerGate
  random: Random
}

const CONCURRENCY = 8
const INSTALLING_RETRY_MS = 250
const FULL_CHECK_MS = 10 * 60_000

/**
 * Watches every kind in the inventory and checks an object whenever something that could be declared has changed.
 * Status traffic is passed over: only generation, labels, annotations, owners or finalizers wake a check.
 */
export class ObjectGuard {
  readonly #deps: ObjectGuardDeps
  readonly #queue: CheckQueue
  readonly #watches = new Map<string, ResourceWatch>()
  /** What was last seen of each guarded object, to tell a change from status traffic. */
  readonly #seen = new Map<string, string>()
  #index = new InventoryIndex([])
  #stopListening: () => void = () => undefined
  #cancelFull: () => void = () => undefined

  constructor(deps: ObjectGuardDeps) {
    this.#deps = deps
    this.#queue = new CheckQueue({
      clock: deps.clock,
      logger: deps.logger,
      concurrency: CONCURRENCY,
      check: (key) => this.#check(key),
      onFailing: (key, error) => this.#cannotCompare(key, error),
    })
  }

  start(): void {
    this.#stopListening = this.#deps.records.onChange(() => this.#reindex())
    this.#reindex()
    this.#scheduleFull()
  }

  async stop(): Promise<void> {
    this.#stopListening()
    this.#cancelFull()
    await Promise.all([...this.#watches.values()].map((watch) => watch.stop()))
    await this.#queue.stop()
  }

  /** Looks at everything that deviates, e.g. after the policy changed. */
  recheckDeviations(): void {
    for (const subject of this.#deps.deviations.subjects())
      if (this.#index.objects.has(subject)) this.#queue.add(subject)
  }

  /** Objects in the index, as a figure for logs and tests. */
  get size(): number {
    return this.#index.objects.size
  }

  /** Resolves when every kind was listed once. */
  async synced(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.synced))
  }

  #reindex(): void {
    const former = this.#index
    this.#index = new InventoryIndex(this.#deps.records.all())
    // Also what was left over from before a restart: its layer may have gone without a word.
    const deviating = this.#deps.deviations.subjects().filter((key) => !isReleaseKey(key))
    for (const key of [...former.objects.keys(), ...deviating]) if (!this.#index.objects.has(key)) this.#forget(key)
    for (const [name, watch] of this.#watches) {
      if (this.#index.types.has(name)) continue
      this.#watches.delete(name)
      void watch.stop()
    }
    for (const [name, type] of this.#index.types)
      if (!this.#watches.has(name)) this.#watches.set(name, this.#watch(type))
  }

  #forget(key: string): void {
    this.#seen.delete(key)
    this.#deps.fights.forget(key)
    this.#deps.deviations.resolve(key, 'it is no longer part of a layer')
  }

  #watch(type: KubeType): ResourceWatch {
    const { client, clock, random, logger } = this.#deps
    return watchResource({
      client,
      query: { ...type, metadataOnly: true },
      clock,
      random,
      logger,
      onObject: (change, object) => this.#onObject(change, object),
      onSynced: () => {
        for (const key of this.#index.keysOfType(type)) this.#queue.add(key)
      },
    })
  }

  #onObject(change: 'present' | 'gone', object: KubeObject): void {
    const key = keyOf(refOf(object))
    if (!this.#index.objects.has(key)) return
    const print = change === 'gone' ? 'gone' : fingerprint(object)
    if (this.#seen.get(key) === print) return
    this.#seen.set(key, print)
    this.#queue.add(key)
  }

  async #check(key: string): Promise<CheckResult> {
    const guarded = this.#index.objects.get(key)
    if (!guarded) return { againAfterMs: 0 }
    const deps = { ...this.#deps, onRepaired: (_key: string, object: KubeObject) => this.#onRepaired(key, object) }
    const result = await this.#deps.gate.shared(guarded.layerId, () => checkObject(deps, guarded))
    return result ?? { againAfterMs: INSTALLING_RETRY_MS }
  }

  /** Nobody knows whether it deviates; the next check that succeeds says so, or closes this. */
  #cannotCompare(key: string, error: unknown): void {
    const { deviations, policy } = this.#deps
    const guarded = this.#index.objects.get(key)
    // Without an API server nothing can be told of any object.
    if (!guarded || deviations.has(key) || error instanceof KubeConnectionError) return
    deviations.see(key, {
      ...{ type: 'changed', object: describeRef(refOf(guarded.declared.object)), layer: guarded.layerId, diff: [] },
      ...{ action: policy(guarded.layerId), state: 'failed', message: `cannot be compared: ${messageOf(error)}` },
    })
  }

  /** Our own write needs no second look; a namespace that is back can hold its objects again. */
  #onRepaired(key: string, object: KubeObject): void {
    this.#seen.set(key, fingerprint(object))
    if (!isNamespace(refOf(object))) return
    for (const inside of this.#index.keysInNamespace(object.metadata.name)) this.#queue.add(inside)
  }

  /** Against anything a watch could miss. */
  #scheduleFull(): void {
    this.#cancelFull = this.#deps.clock.after(FULL_CHECK_MS, () => {
      for (const key of this.#index.objects.keys()) this.#queue.add(key)
      this.#scheduleFull()
    })
  }
}

/** Kinds that have a generation which stays as it was made, whatever is written; none of them has a status. */
const UNMOVED_GENERATION = new Set(['PriorityClass'])

/** Changes whenever a declared field may have changed; kinds whose generation tells nothing change with every write. */
export function fingerprint(object: KubeObject): string {
  const { uid, generation, resourceVersion, labels, annotations, ownerReferences, finalizers, deletionTimestamp } =
    object.metadata
  const version = generation === undefined || UNMOVED_GENERATION.has(object.kind) ? resourceVersion : generation
  return shortHash(JSON.stringify([uid, version, labels, annotations, ownerReferences, finalizers, deletionTimestamp]))
}
