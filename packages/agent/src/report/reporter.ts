import { type LayerReport, linkLimits } from '@atrium/api/link/protocol.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { type KubeObject, refOf } from '@atrium/kube/object.ts'
import { type ResourceWatch, watchResource } from '@atrium/kube/watch.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { DesiredStore } from '../desired/desired-store.ts'
import type { PendingRemoval } from '../layers/engine.ts'
import { shortHash } from '../names.ts'
import { MARK, type Maintenance } from '../nodes/maintenance.ts'
import type { AgentReport, PlaneLink } from '../ports.ts'
import { boundState } from './bounds.ts'
import { EventBuffer, toEventItem } from './events.ts'
import { judgeHealth } from './health.ts'
import { capacityOf, reportNode, usageOf } from './nodes.ts'

export interface ReporterDeps {
  client: KubeClient
  link: PlaneLink
  desired: DesiredStore
  clock: Clock
  random: Random
  logger: Logger
  layers(): LayerReport[]
  /** Ids of deviations that are not repaired. */
  openDeviations(): string[]
  removals(): PendingRemoval[]
  /** Why the newest desired state cannot be taken up, if so. */
  intakeProblem(): string | null
  maintenance: Pick<Maintenance, 'observe' | 'report'>
}

type StateReport = Extract<AgentReport, { type: 'state' }>

const NODES = 5_000
/** A change is told this soon, and changes within it together. */
const SOON_MS = 200
const FIGURES_MS = 15_000
/** In a row. */
const STALE_FAILURES = 3
const EVENTS_MS = 1_000

/** Observes the cluster and tells the plane: state on every change, figures and events as they come. */
export class Reporter {
  readonly #deps: ReporterDeps
  readonly #stopping = new AbortController()
  readonly #nodes = new Map<string, KubeObject>()
  readonly #events = new EventBuffer()
  #watches: ResourceWatch[] = []
  #loops: Promise<void>[] = []
  #figures: StateReport['metrics']
  #version = ''
  #lastSent = ''
  #cancelSoon: (() => void) | null = null
  #unlisten: () => void = () => undefined

  constructor(deps: ReporterDeps) {
    this.#deps = deps
    this.#figures = emptyFigures()
  }

  start(): void {
    this.#watches = [this.#watchNodes(), this.#watchEvents()]
    this.#loops = [this.#figureLoop(), this.#eventLoop()]
    this.#unlisten = this.#deps.link.onConnection((connected) => {
      if (connected) this.#sendState(true)
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#unlisten()
    this.#cancelSoon?.()
    await Promise.all([...this.#watches.map((watch) => watch.stop()), ...this.#loops])
  }

  /** Something changed: the plane hears of it soon. */
  touch(): void {
    this.#cancelSoon ??= this.#deps.clock.after(SOON_MS, () => {
      this.#cancelSoon = null
      this.#sendState(false)
    })
  }

  /** Tells the present state now. */
  report(): void {
    this.#sendState(false)
  }

  /** Tells an event of the agent's own. */
  tell(severity: 'Info' | 'Warning', reason: string, involved: string, message: string): void {
    const at = isoNow(this.#deps.clock)
    const id = `agent:${shortHash(`${reason}/${involved}/${message}/${at}`)}`
    const text = message.slice(0, 1_024)
    this.#events.add({
      id,
      at,
      severity,
      reason,
      message: text,
      involved: involved.slice(0, 512),
      source: 'atrium-agent',
    })
  }

  /** The present state, as it is told. */
  state(): StateReport {
    const { desired } = this.#deps
    const current = desired.current
    const layers = this.#deps.layers()
    const nodes = [...this.#nodes.values()].map((node) => ({
      ...reportNode(node),
      ...this.#deps.maintenance.report(node),
    }))
    const working = current && { epoch: current.epoch, generation: current.generation }
    const open = this.#deps.openDeviations()
    return boundState({
      type: 'state',
      applied: desired.applied,
      working,
      layers,
      health: judgeHealth({
        layers: current ? layers : null,
        nodes,
        openDeviations: open.length,
        removals: this.#deps.removals(),
        intakeProblem: this.#deps.intakeProblem(),
      }),
      nodes: nodes.slice(0, NODES),
      ...(open.length <= linkLimits.openDeviations && { openDeviations: open }),
      kubernetesVersion: this.#version,
      metrics: {
        ...this.#figures,
        nodesTotal: nodes.length,
        nodesReady: nodes.filter((node) => node.ready).length,
      },
    })
  }

  #sendState(always: boolean): void {
    const state = this.state()
    const text = JSON.stringify(state)
    if (!always && text === this.#lastSent) return
    this.#lastSent = text
    this.#deps.link.report(state)
  }

  #watchNodes(): ResourceWatch {
    const { client, clock, random, logger } = this.#deps
    return watchResource({
      client,
      query: { apiVersion: 'v1', kind: 'Node' },
      clock,
      random,
      logger,
      onObject: (change, node) => {
        if (change === 'gone') this.#nodes.delete(node.metadata.name)
        else this.#nodes.set(node.metadata.name, slimNode(node))
        this.#deps.maintenance.observe(change, slimNode(node))
        this.touch()
      },
    })
  }

  #watchEvents(): ResourceWatch {
    const { client, clock, random, logger } = this.#deps
    return watchResource({
      client,
      query: { apiVersion: 'v1', kind: 'Event' },
      clock,
      random,
      logger,
      onObject: (change, event) => {
        if (change === 'present') this.#events.add(toEventItem(event))
      },
    })
  }

  async #eventLoop(): Promise<void> {
    const { clock, link } = this.#deps
    while (!this.#stopping.signal.aborted) {
      const items = link.connected ? this.#events.take(clock.now()) : []
      if (items.length > 0) link.report({ type: 'events', items })
      await clock.sleep(EVENTS_MS, this.#stopping.signal)
    }
  }

  async #figureLoop(): Promise<void> {
    const { clock } = this.#deps
    let failures = 0
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#measure()
        failures = 0
        this.touch()
      } catch (error) {
        failures++
        if (failures === STALE_FAILURES && !this.#stopping.signal.aborted) this.#forgetFigures(messageOf(error))
      }
      await clock.sleep(FIGURES_MS, this.#stopping.signal)
    }
  }

  /** Figures of former times are worse than none. */
  #forgetFigures(error: string): void {
    this.#deps.logger.warn({ error }, 'figures cannot be read')
    this.#figures = emptyFigures()
    this.tell(
      'Warning',
      'FiguresUnknown',
      'Agent',
      `pods, CPU and memory cannot be counted, they are told as 0: ${error}`,
    )
    this.touch()
  }

  async #measure(): Promise<void> {
    const { client } = this.#deps
    const { signal } = this.#stopping
    this.#version = (await client.version(signal)).gitVersion.slice(0, 64)
    const pods = { apiVersion: 'v1', kind: 'Pod', metadataOnly: true, signal }
    const all = await client.list(pods)
    const running = await client.list({ ...pods, fieldSelector: 'status.phase=Running' })
    const capacity = capacityOf([...this.#nodes.values()])
    const used = await this.#usage()
    this.#figures = {
      ...this.#figures,
      cpuCoresTotal: capacity.cpuCores,
      memoryBytesTotal: capacity.memoryBytes,
      cpuCoresUsed: used.cpuCores,
      memoryBytesUsed: used.memoryBytes,
      podsTotal: all.items.length,
      podsRunning: running.items.length,
    }
  }

  /** Zero where no metrics server answers: usage is then unknown, not an error. */
  async #usage(): Promise<{ cpuCores: number; memoryBytes: number }> {
    try {
      const { items } = await this.#deps.client.list({ apiVersion: 'metrics.k8s.io/v1beta1', kind: 'NodeMetrics' })
      return usageOf(items)
    } catch (error) {
      this.#deps.logger.debug({ error: messageOf(error) }, 'metrics.k8s.io does not answer')
      return { cpuCores: 0, memoryBytes: 0 }
    }
  }
}

/** Nodes carry long lists of images; only what is reported is kept. */
function slimNode(node: KubeObject): KubeObject {
  const { apiVersion, kind, spec, status } = node
  const { conditions, capacity } = (status ?? {}) as Record<string, unknown>
  const { name } = refOf(node)
  const creationTimestamp = node.metadata.creationTimestamp ?? ''
  const mark = node.metadata.annotations?.[MARK]
  const annotations = mark === undefined ? {} : { [MARK]: mark }
  return {
    apiVersion,
    kind,
    metadata: { name, creationTimestamp, annotations },
    spec,
    status: { conditions, capacity },
  }
}

const emptyFigures = (): StateReport['metrics'] => ({
  cpuCoresTotal: 0,
  cpuCoresUsed: 0,
  memoryBytesTotal: 0,
  memoryBytesUsed: 0,
  nodesTotal: 0,
  nodesReady: 0,
  podsTotal: 0,
  podsRunning: 0,
})
