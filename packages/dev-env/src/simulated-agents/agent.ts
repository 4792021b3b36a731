import type { Enrolment } from '@atrium/agent/link/enrolment.ts'
import { openPlaneLink } from '@atrium/agent/link/link.ts'
import type { PlaneTransport } from '@atrium/agent/link/transport.ts'
import type { AgentIdentity, AgentReport, DesiredPosition, PlaneLink } from '@atrium/agent/ports.ts'
import type { DesiredLayer, DesiredState } from '@atrium/api/link/desired-state.ts'
import { desiredContentKey } from '@atrium/api/link/layer-content.ts'
import type { ObservedInfrastructure } from '@atrium/provider-contract/provider.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { isNewer, type LayerWork, nextLayer, positionOf, stateReport } from './work.ts'

/** How simulated agents behave; it may be changed while they run. */
export interface AgentBehaviour {
  /** How long one layer takes to install. */
  installMs: number
  /** Fetch the blobs of a layer before installing it, as real agents do; else they are taken as read. */
  fetchBlobs: boolean
  /** How long a deviation stays until it is repaired. */
  repairMs: number
}

export interface SimulatedAgentDeps {
  clusterUid: string
  /** The cluster as its cloud has it. */
  cloud(): ObservedInfrastructure
  enrolment(): Promise<Enrolment>
  /** A newer desired state arrived. */
  onDesired?: ((clusterUid: string, desired: DesiredState) => void) | undefined
  behaviour: AgentBehaviour
  transport: PlaneTransport
  clock: Clock
  random: Random
  logger: Logger
}

const VERSION = '0.1.0'
const RETRY_MS = 2_000

/**
 * An agent without a cluster: its link is the real one, key, proof and heartbeats included, and its cluster is what the
 * cloud in memory has. It installs by waiting.
 */
export class SimulatedAgent {
  readonly #deps: SimulatedAgentDeps
  readonly #layers = new Map<string, LayerWork>()
  readonly #open = new Map<string, string>()
  readonly #awaySince = new Map<string, string>()
  #identity: AgentIdentity | null = null
  #link: PlaneLink | null = null
  #desired: DesiredState | null = null
  #applied: DesiredPosition | null = null
  #isWorking = false
  #broken: string | null = null
  #told = ''
  #stopping = new AbortController()

  constructor(deps: SimulatedAgentDeps) {
    this.#deps = deps
  }

  get connected(): boolean {
    return this.#link?.connected ?? false
  }

  /** It has a key and a certificate. */
  get enrolled(): boolean {
    return this.#identity !== null
  }

  /** The newest desired state that arrived. */
  get desired(): DesiredState | null {
    return this.#desired
  }

  /** The newest one it has fully installed. */
  get applied(): DesiredPosition | null {
    return this.#applied
  }

  /** Its pod starts; when it runs already, nothing happens. */
  start(): void {
    if (this.#link) return
    const { clock, random, logger, transport, enrolment, clusterUid } = this.#deps
    this.#stopping = new AbortController()
    this.#link = openPlaneLink({
      ...{ clock, random, logger, transport, enrolment },
      surroundings: {
        identity: {
          load: async () => this.#identity,
          save: async (identity) => void (this.#identity = identity),
        },
        applied: () => this.#applied,
        agentVersion: VERSION,
        podName: `atrium-agent-${clusterUid.slice(-6)}`,
      },
    })
    this.#link.onDesired((desired) => this.#take(desired))
    this.#link.onConnection((connected) => connected && this.#tell(true))
    if (this.#desired) void this.#work()
  }

  /** Its pod dies, or is cut off; what it installed stays, and so does its identity. */
  async stop(): Promise<void> {
    const link = this.#link
    this.#link = null
    this.#stopping.abort()
    await link?.close()
  }

  /** From now on this layer cannot be installed; null = all can. */
  breakLayer(name: string | null): void {
    this.#broken = name
    if (this.#desired) void this.#work()
  }

  /** Somebody changed an object of a layer. It is repaired after a while where the policy heals, and stays open else. */
  async deviate(object: string): Promise<void> {
    const { clock, behaviour, random } = this.#deps
    const id = random.bytes(8).toString('hex')
    const detectedAt = isoNow(clock)
    const action = this.#desired?.policy.drift ?? 'alert'
    const layer = this.#desired?.layers.at(-1)?.id ?? null
    const diff = [{ path: 'spec.replicas', live: 1, desired: 2 }]
    const item = { id, type: 'changed' as const, object, layer, diff, detectedAt, action, message: '' }
    this.#open.set(id, object)
    this.#report({ type: 'deviations', items: [{ ...item, state: 'open', resolvedAt: null }] })
    if (action === 'alert') return
    await clock.sleep(behaviour.repairMs)
    this.#open.delete(id)
    const repaired = {
      ...item,
      state: 'repaired' as const,
      resolvedAt: isoNow(clock),
      message: 'The declared value is back.',
    }
    this.#report({ type: 'deviations', items: [repaired] })
  }

  /** An event of its cluster. */
  tell(severity: 'Info' | 'Warning' | 'Error', reason: string, message: string): void {
    const id = this.#deps.random.bytes(8).toString('hex')
    const at = isoNow(this.#deps.clock)
    const item = { id, at, severity, reason, message, involved: 'Pod default/web-0', source: 'kubelet' }
    this.#report({ type: 'events', items: [item] })
  }

  /** Looks at its machines; tells the plane when they changed, or `always` for new figures. */
  look(always = false): void {
    this.#tell(always)
  }

  #take(desired: DesiredState): void {
    if (!isNewer(positionOf(desired), this.#desired && positionOf(this.#desired))) return
    this.#desired = desired
    this.#deps.onDesired?.(this.#deps.clusterUid, desired)
    for (const id of this.#layers.keys()) if (!desired.layers.some((layer) => layer.id === id)) this.#layers.delete(id)
    void this.#work()
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    const { signal } = this.#stopping
    try {
      while (this.#desired && !signal.aborted) {
        const layer = nextLayer(this.#desired, this.#layers)
        if (!layer) break
        await this.#install(layer, signal)
      }
    } finally {
      this.#isWorking = false
    }
    // It was started again while an interrupted step ended.
    if (signal !== this.#stopping.signal) return this.#work()
    if (!this.#desired || signal.aborted) return
    this.#applied = positionOf(this.#desired)
    this.#tell(false)
  }

  async #install(layer: DesiredLayer, signal: AbortSignal): Promise<void> {
    const { clock, behaviour } = this.#deps
    const work: LayerWork = {
      key: desiredContentKey(layer),
      valuesDigest: layer.valuesDigest,
      state: 'ReadyForInstall',
      message: '',
      startedAt: isoNow(clock),
      finishedAt: null,
    }
    this.#layers.set(layer.id, work)
    if (layer.name === this.#broken) {
      Object.assign(work, { state: 'Error', message: 'the image cannot be pulled' } satisfies Partial<LayerWork>)
      this.#tell(false)
      return clock.sleep(RETRY_MS, signal)
    }
    if (behaviour.installMs > 0) this.#tell(false)
    if (behaviour.fetchBlobs && !(await this.#fetch(layer, signal))) return clock.sleep(RETRY_MS, signal)
    if (behaviour.installMs > 0) await clock.sleep(behaviour.installMs, signal)
    if (!signal.aborted) Object.assign(work, { state: 'Ready', finishedAt: isoNow(clock) } satisfies Partial<LayerWork>)
  }

  /** False when the plane did not give them: it is away, or has a newer desired state by now. */
  async #fetch(layer: DesiredLayer, signal: AbortSignal): Promise<boolean> {
    try {
      for (const digest of [layer.valuesDigest, ...layer.manifests.map((manifest) => manifest.digest)])
        await this.#link?.fetchBlob(digest, signal)
      return true
    } catch (error) {
      this.#deps.logger.warn({ layer: layer.id, error }, 'blobs not fetched yet; trying again')
      return false
    }
  }

  #tell(always: boolean): void {
    const { machines, kubernetesVersion } = this.#deps.cloud()
    for (const { name, state } of machines)
      if (state === 'Running') this.#awaySince.delete(name)
      else if (!this.#awaySince.has(name)) this.#awaySince.set(name, isoNow(this.#deps.clock))
    const facts = { desired: this.#desired, applied: this.#applied, layers: this.#layers, machines, kubernetesVersion }
    const shared = { openDeviations: [...this.#open.keys()], awaySince: this.#awaySince }
    const state = stateReport({ ...facts, ...shared, busy: 0.5 })
    const text = JSON.stringify(state)
    if (!always && text === this.#told) return
    this.#told = text
    const busy = 0.2 + 0.6 * this.#deps.random.fraction()
    this.#report(always ? stateReport({ ...facts, ...shared, busy }) : state)
  }

  #report(message: AgentReport): void {
    this.#link?.report(message)
  }
}
