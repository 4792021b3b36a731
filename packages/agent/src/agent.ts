import { join } from 'node:path'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { BlobCache, blobDigests } from './desired/blobs.ts'
import { DesiredStore } from './desired/desired-store.ts'
import { DeviationLog } from './drift/deviations.ts'
import { FightDetector } from './drift/fight.ts'
import { ObjectGuard } from './drift/object-guard.ts'
import { ReleaseGuard } from './drift/release-guard.ts'
import type { PackSource } from './layers/content.ts'
import { LayerEngine } from './layers/engine.ts'
import { LayerGate } from './layers/gate.ts'
import { HealthBoard } from './layers/health.ts'
import type { Helm } from './layers/helm.ts'
import { Installer } from './layers/installer.ts'
import { RecordStore } from './layers/records.ts'
import type { DesiredPosition, PlaneLink } from './ports.ts'
import { Reporter } from './report/reporter.ts'
import { ClusterStore } from './storage/cluster-store.ts'

export interface AgentDeps {
  client: KubeClient
  helm: Helm
  packs: PackSource
  clock: Clock
  random: Random
  logger: Logger
  /** Where the agent keeps its own Secrets. */
  namespace: string
  /** Folder for the desired state and for helm's work. */
  stateDir: string
  /** Opens the link once the agent can say what it has applied. */
  openLink(applied: () => DesiredPosition | null): PlaneLink
}

export interface Agent {
  readonly reporter: Reporter
  readonly records: RecordStore
  readonly guard: ObjectGuard
  /** Ends loops and watches; a helm that runs is asked to end. */
  stop(): Promise<void>
}

const PREFETCH_RETRY_MS = 2_000

/** Builds the agent's parts and starts them. What runs in the cluster keeps running when it stops. */
export async function startAgent(deps: AgentDeps): Promise<Agent> {
  const { client, clock, random, logger, namespace, stateDir } = deps
  const store = (area: string): ClusterStore => new ClusterStore(client, namespace, area)
  const desired = await DesiredStore.open({ path: join(stateDir, 'desired.json'), cluster: store('desired'), logger })
  const records = await RecordStore.open(store('layer'))
  const link = deps.openLink(() => desired.applied)
  const blobs = new BlobCache(store('blob'), link)
  const gate = new LayerGate()
  const installer = new Installer({
    client,
    helm: deps.helm,
    packs: deps.packs,
    blobs,
    records,
    gate,
    clock,
    logger,
    workDir: join(stateDir, 'work'),
  })
  const deviations = await DeviationLog.open({
    store: store('deviations'),
    clock,
    logger,
    send: (items) => {
      link.report({ type: 'deviations', items })
      reporter.touch()
    },
  })
  const policy = (): 'heal' | 'alert' => desired.current?.policy.drift ?? 'heal'
  const engine: LayerEngine = new LayerEngine({
    records,
    installer,
    health: new HealthBoard(client, clock),
    clock,
    logger,
    desired: () => desired.current,
    onProgress: () => reporter.touch(),
    onComplete: async (complete) => {
      await desired.markApplied(complete)
      await blobs.retain(blobDigests(complete))
      reporter.touch()
    },
    onRemaining: (layer, remaining) => {
      for (const line of remaining) reporter.tell('Info', 'LayerRemains', `Layer ${layer}`, line)
    },
  })
  const fights = new FightDetector()
  const guarding = { client, records, gate, deviations, fights, clock, random, logger, policy }
  const guard = new ObjectGuard(guarding)
  const releases = new ReleaseGuard({
    ...guarding,
    rollback: (release) => installer.rollback(release.layerId, release.unitId),
    reinstall: (layerId) => engine.reinstall(layerId),
  })
  const reporter: Reporter = new Reporter({
    client,
    link,
    desired,
    clock,
    random,
    logger,
    layers: () => engine.reports(),
    openDeviations: () => deviations.count,
    removalProblems: () => engine.removalProblems(),
  })
  const intake = new DesiredIntake({ desired, blobs, clock, logger }, (former) => {
    if (former?.policy.drift !== policy()) {
      guard.recheckDeviations()
      releases.recheckDeviations()
    }
    engine.wake()
    reporter.touch()
  })
  const unlisten = [
    link.onDesired((state) => intake.take(state)),
    link.onConnection((connected) => {
      if (connected) deviations.repeat()
    }),
  ]
  engine.start()
  guard.start()
  releases.start()
  reporter.start()
  return {
    reporter,
    records,
    guard,
    async stop() {
      for (const stopListening of unlisten) stopListening()
      await intake.stop()
      await engine.stop()
      await Promise.all([guard.stop(), releases.stop()])
      await deviations.flush()
      await reporter.stop()
      await link.close()
    },
  }
}

/** Takes desired states one after another: blobs first, so that an accepted state can be enforced without the plane. */
class DesiredIntake {
  readonly #deps: { desired: DesiredStore; blobs: BlobCache; clock: Clock; logger: Logger }
  readonly #onAccepted: (former: DesiredState | null) => void
  readonly #stopping = new AbortController()
  #newest: DesiredState | null = null
  #running: Promise<void> | null = null

  constructor(
    deps: { desired: DesiredStore; blobs: BlobCache; clock: Clock; logger: Logger },
    onAccepted: (former: DesiredState | null) => void,
  ) {
    this.#deps = deps
    this.#onAccepted = onAccepted
  }

  take(state: DesiredState): void {
    this.#newest = state
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#deps
    while (this.#newest && !this.#stopping.signal.aborted) {
      const state = this.#newest
      try {
        await this.#accept(state)
        if (this.#newest === state) this.#newest = null
      } catch (error) {
        logger.warn({ generation: state.generation, error: messageOf(error) }, 'a desired state cannot be fetched yet')
        await clock.sleep(PREFETCH_RETRY_MS, this.#stopping.signal)
      }
    }
  }

  async #accept(state: DesiredState): Promise<void> {
    const { desired, blobs, logger } = this.#deps
    const former = desired.current
    await blobs.prefetch(state)
    if (!(await desired.accept(state))) return
    logger.info({ epoch: state.epoch, generation: state.generation, layers: state.layers.length }, 'new desired state')
    this.#onAccepted(former)
  }
}
