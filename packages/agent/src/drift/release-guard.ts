import type { DeviationReport } from '@atrium/api/link/protocol.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { KubeConnectionError } from '@atrium/kube/errors.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { type ResourceWatch, watchResource } from '@atrium/kube/watch.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { LayerGate } from '../layers/gate.ts'
import type { RecordStore } from '../layers/records.ts'
import { isPending, listRevisions, type Revision } from '../layers/releases.ts'
import { CheckQueue, type CheckResult } from './check-queue.ts'
import type { DeviationLog } from './deviations.ts'
import type { FightDetector } from './fight.ts'
import { type GuardedRelease, InventoryIndex, isReleaseKey, releaseKey } from './inventory-index.ts'
import type { PolicyAction } from './policy.ts'

export interface ReleaseGuardDeps {
  client: KubeClient
  records: RecordStore
  gate: LayerGate
  deviations: DeviationLog
  fights: FightDetector
  clock: Clock
  random: Random
  logger: Logger
  policy(layerId: string): PolicyAction
  /** Takes the release back to the revision of its record. */
  rollback(release: GuardedRelease): Promise<void>
  /** Installs the release's layer again. */
  reinstall(layerId: string): Promise<void>
}

/** What is wrong with a release; `repair` says how it is put right. */
export type ReleaseFault = { message: string; repair: 'rollback' | 'reinstall' | 'wait' } | null

const ABANDONED_MS = 10 * 60_000
const INSTALLING_RETRY_MS = 500
const DONE: CheckResult = { againAfterMs: 0 }

/** Judges a release by its revisions. Pure. */
export function judgeRelease(revisions: readonly Revision[], wanted: number, now: number): ReleaseFault {
  const last = revisions.at(-1)
  const repair = revisions.some((one) => one.revision === wanted) ? 'rollback' : 'reinstall'
  if (!last) return { message: 'its record is gone', repair: 'reinstall' }
  if (isPending(last)) {
    const abandoned = now - Date.parse(last.createdAt) >= ABANDONED_MS
    return abandoned ? { message: `cut off in ${last.status}`, repair } : { message: last.status, repair: 'wait' }
  }
  if (last.status !== 'deployed') return { message: `revision ${last.revision} is ${last.status}`, repair }
  if (last.revision !== wanted)
    return { message: `revision ${last.revision} was deployed by somebody else, not ${wanted}`, repair }
  return null
}

/** Watches helm's own records of the releases in the inventory. */
export class ReleaseGuard {
  readonly #deps: ReleaseGuardDeps
  readonly #queue: CheckQueue
  #index = new InventoryIndex([])
  #watch: ResourceWatch | null = null
  #stopListening: () => void = () => undefined

  constructor(deps: ReleaseGuardDeps) {
    this.#deps = deps
    const { clock, logger } = deps
    this.#queue = new CheckQueue({
      ...{ clock, logger, concurrency: 2 },
      check: (key) => this.#check(key),
      onFailing: (key, error) => this.#cannotCompare(key, error),
    })
  }

  start(): void {
    this.#stopListening = this.#deps.records.onChange(() => this.#reindex())
    this.#reindex()
    const { client, clock, random, logger } = this.#deps
    this.#watch = watchResource({
      client,
      query: { apiVersion: 'v1', kind: 'Secret', labelSelector: 'owner=helm', metadataOnly: true },
      clock,
      random,
      logger,
      onObject: (_change, secret) => this.#onSecret(secret),
      onSynced: () => {
        for (const key of this.#index.releases.keys()) this.#queue.add(key)
      },
    })
  }

  async stop(): Promise<void> {
    this.#stopListening()
    await this.#watch?.stop()
    await this.#queue.stop()
  }

  recheckDeviations(): void {
    for (const subject of this.#deps.deviations.subjects())
      if (this.#index.releases.has(subject)) this.#queue.add(subject)
  }

  #reindex(): void {
    const former = this.#index
    this.#index = new InventoryIndex(this.#deps.records.all())
    for (const [key, release] of this.#index.releases)
      if (former.releases.get(key)?.revision !== release.revision) this.#queue.add(key)
    // Also what was left over from before a restart.
    for (const key of this.#deps.deviations.subjects().filter(isReleaseKey)) {
      if (this.#index.releases.has(key)) continue
      this.#deps.deviations.resolve(key, 'it is no longer part of a layer')
    }
  }

  /** After a missed deletion only the name is known: `sh.helm.release.v1.<release>.v<revision>`. */
  #onSecret(secret: KubeObject): void {
    const name = secret.metadata.labels?.name ?? /^sh\.helm\.release\.v1\.(.+)\.v\d+$/.exec(secret.metadata.name)?.[1]
    const key = releaseKey(secret.metadata.namespace ?? '', name ?? '')
    if (this.#index.releases.has(key)) this.#queue.add(key)
  }

  async #check(key: string): Promise<CheckResult> {
    const release = this.#index.releases.get(key)
    if (!release) return DONE
    const { client, clock, deviations, gate } = this.#deps
    const fault = await gate.shared(release.layerId, async () => ({
      found: judgeRelease(await listRevisions(client, release), release.revision, clock.now()),
    }))
    if (!fault) return { againAfterMs: INSTALLING_RETRY_MS }
    // The record may have changed while the revisions were read.
    if (this.#index.releases.get(key)?.revision !== release.revision) return { againAfterMs: 1 }
    if (!fault.found) {
      deviations.resolve(key, 'the release is deployed as declared')
      return DONE
    }
    if (fault.found.repair === 'wait') return { againAfterMs: ABANDONED_MS }
    return this.#deps.policy(release.layerId) === 'alert'
      ? this.#report(
          release,
          'alert',
          'open',
          `${fault.found.message}; the policy of its layer is alert, so it is left as it is`,
        )
      : this.#repair(release, fault.found)
  }

  #cannotCompare(key: string, error: unknown): void {
    const release = this.#index.releases.get(key)
    if (!release || this.#deps.deviations.has(key) || error instanceof KubeConnectionError) return
    this.#report(release, this.#deps.policy(release.layerId), 'failed', `cannot be compared: ${messageOf(error)}`)
  }

  async #repair(release: GuardedRelease, fault: NonNullable<ReleaseFault>): Promise<CheckResult> {
    const now = this.#deps.clock.now()
    const restMs = this.#deps.fights.restMs(release.key, now)
    if (restMs > 0) {
      const until = new Date(now + restMs).toISOString()
      const text = `contested: ${fault.message}, again and again, left alone until ${until}`
      this.#report(release, 'heal', 'failed', text, { contestedBy: '' })
      return { againAfterMs: restMs }
    }
    this.#report(release, 'heal', 'open', `${fault.message}; being repaired by ${fault.repair}`)
    try {
      if (fault.repair === 'rollback') await this.#deps.rollback(release)
      else await this.#deps.reinstall(release.layerId)
      this.#deps.fights.repaired(release.key, this.#deps.clock.now())
    } catch (error) {
      this.#report(release, 'heal', 'open', `${fault.message}; ${fault.repair} failed: ${messageOf(error)}`)
      throw error
    }
    return DONE
  }

  #report(
    release: GuardedRelease,
    action: DeviationReport['action'],
    state: DeviationReport['state'],
    message: string,
    contest: Pick<DeviationReport, 'contestedBy'> = {},
  ): CheckResult {
    this.#deps.deviations.see(release.key, {
      type: 'failed-release',
      object: `Release ${release.namespace}/${release.name}`,
      layer: release.layerId,
      diff: [],
      action,
      state,
      message,
      ...contest,
    })
    return DONE
  }
}
