import { comparePositions } from '@atrium/agent/desired/position.ts'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { LayerReport } from '@atrium/api/link/protocol.ts'
import { agentNames } from '@atrium/server/controllers/cluster/agent-manifest.ts'
import { blobsOf } from '@atrium/server/link/desired.ts'
import { type AgentAction, type AgentEvent, AgentMachine, type LinkReport } from '@atrium/tunnel/link/agent-machine.ts'
import { parseServerFrame } from '@atrium/tunnel/link/codec.ts'
import { signProof } from '@atrium/tunnel/link/proof.ts'
import type { SimCloud } from './cloud.ts'
import type { SimNetwork, SimSocket } from './network.ts'
import type { OrderChecker } from './order.ts'
import type { SimProcess } from './process.ts'
import { FINGERPRINT, type Kubes, type SimServer, tenant } from './server.ts'

const WORK_MS = 400
/** Cut off, and with nothing to install. */
const IDLE_MS = 15_000
const RETRY_MS = 2_000
/** A report of its own accord; changes are told at once. */
const REPORT_MS = 10_000

/** What outlives the agent's process: files, Secrets and what is installed. */
export interface AgentDisk {
  uid: string
  /** Null before it enrolled. */
  key: string | null
  desired: DesiredState | null
  applied: { epoch: number; generation: number } | null
  /** Layer id → digest of its values. */
  installed: Map<string, string>
}

export interface SimAgentDeps {
  network: SimNetwork
  cloud: SimCloud
  kubes: Kubes
  order: OrderChecker
  /** The server a new connection or request comes to. */
  pickServer: () => SimServer | null
  privateKeyPem: string
  /** Whether a state is taken in place of another: the product's rule, unless a test breaks it. */
  supersedes: (next: DesiredState, kept: DesiredState | null) => boolean
}

export const supersedes: SimAgentDeps['supersedes'] = (next, kept) => comparePositions(next, kept) > 0

/** An agent: the product's link machine on the simulated network, and a small model of intake, installation and reports. */
export class SimAgent {
  readonly process: SimProcess
  readonly disk: AgentDisk
  readonly #deps: SimAgentDeps
  readonly #machine: AgentMachine
  #socket: SimSocket | null = null
  #server: SimServer | null = null
  #attempt = 0
  #incoming: DesiredState | null = null
  #isTaking = false
  #told = ''
  #toldAtMs = 0
  #cancelWake: () => void = () => undefined

  constructor(process: SimProcess, disk: AgentDisk, deps: SimAgentDeps) {
    this.process = process
    this.disk = disk
    this.#deps = deps
    this.#machine = new AgentMachine(process.random)
    this.#handle({ type: 'start' })
    void this.#work()
  }

  #handle(event: AgentEvent): void {
    const { clock } = this.process
    for (const action of this.#machine.handle(event, clock.elapsed())) this.#perform(action)
    this.#cancelWake()
    const wakeAtMs = this.#machine.wakeAtMs()
    if (wakeAtMs === null) return
    this.#cancelWake = clock.after(Math.max(0, wakeAtMs - clock.elapsed()), () => this.#handle({ type: 'wake' }))
  }

  #perform(action: AgentAction): void {
    switch (action.type) {
      case 'dial':
        void this.#dial()
        return
      case 'prove':
        return this.#send({
          ...{ type: 'proof', certificate: this.disk.key, serverFingerprint: FINGERPRINT, agentVersion: '1' },
          signature: signProof(this.#deps.privateKeyPem, action.hello, FINGERPRINT),
          podName: this.process.name,
          applied: this.disk.applied,
        })
      case 'send':
        return this.#send(action.message)
      case 'close':
        this.#socket?.close()
        return
      case 'desired':
        this.#incoming = action.desired
        void this.#take()
        return
      case 'connected':
        this.#told = ''
        return
      case 'disconnected':
        return
    }
  }

  #send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame))
  }

  async #dial(): Promise<void> {
    this.#attempt += 1
    const attempt = this.#attempt
    await this.process.doom.step()
    const enrolled = this.disk.key !== null || (await this.#enrol())
    const server = enrolled ? this.#deps.pickServer() : null
    const ends = server && this.#deps.network.connect(this.process, server.process)
    if (attempt !== this.#attempt) return
    // A way that is cut swallows the dial; a server that is gone refuses it.
    if (!ends && server?.process.alive) return
    if (!server || !ends) {
      this.process.clock.after(20, () => attempt === this.#attempt && this.#handle({ type: 'closed' }))
      return
    }
    const [near, far] = ends
    this.#socket = near
    this.#server = server
    const isCurrent = (): boolean => attempt === this.#attempt
    near.on('message', (data: Buffer) => {
      if (isCurrent()) this.#handle({ type: 'frame', frame: parseServerFrame(data) })
    })
    near.on('close', () => {
      if (isCurrent()) this.#handle({ type: 'closed' })
    })
    this.#handle({ type: 'opened' })
    server.hub.accept(far, () => undefined)
  }

  /** With the token that the plane laid into the cluster; the key is durable before it is certified. */
  async #enrol(): Promise<boolean> {
    const { kubes, network, pickServer } = this.#deps
    const secret = kubes.of(this.disk.uid).get('Secret', agentNames.namespace, agentNames.enrolment)
    const encoded = (secret?.data as Record<string, string> | undefined)?.token
    const server = pickServer()
    if (encoded === undefined || !server) return false
    const token = Buffer.from(encoded, 'base64').toString()
    const key = `key of ${this.disk.uid} for ${token}`
    const { process } = this
    try {
      const taken = await network.call(
        process,
        () => server.process,
        server.process.name,
        'enrol',
        () => server.enrol(this.disk.uid, token, key),
      )
      await process.doom.step()
      if (taken) this.#keepKey(key)
      return taken
    } catch {
      // Nobody answered: the same key asks again.
      return false
    }
  }

  #keepKey(key: string): void {
    this.disk.key = key
    const metadata = { name: agentNames.identity, namespace: agentNames.namespace }
    this.#deps.kubes.of(this.disk.uid).put({ apiVersion: 'v1', kind: 'Secret', metadata })
  }

  /** Takes desired states one after another: blobs first, then what is kept is replaced if the new one is newer. */
  async #take(): Promise<void> {
    if (this.#isTaking) return
    this.#isTaking = true
    while (this.#incoming) {
      const state = this.#incoming
      try {
        for (const digest of blobsOf(state)) await this.#fetch(digest)
        await this.process.doom.step()
        if (this.#incoming === state) this.#incoming = null
        if (this.#deps.supersedes(state, this.disk.desired)) this.#accept(state)
      } catch {
        // The plane is away; the state stays the next one to take.
        await this.process.clock.sleep(RETRY_MS)
      }
    }
    this.#isTaking = false
  }

  #accept(state: DesiredState): void {
    this.disk.desired = state
    this.#deps.network.deps.trace.add(this.process.name, `takes ${state.epoch}.${state.generation}`)
    this.#deps.order.taken(this.disk.uid, state)
  }

  async #fetch(digest: string): Promise<void> {
    const server = this.#server
    if (!server || !this.#machine.connected) throw new Error('the plane is away')
    const blob = await this.#deps.network.call(
      this.process,
      () => server.process,
      server.process.name,
      'blob',
      () =>
        server.store.transaction(tenant, { type: 'agent', uid: this.disk.uid, name: 'agent' }, (tx) =>
          tx.getBlob(digest),
        ),
    )
    if (!blob) throw new Error(`there is no blob ${digest}`)
  }

  /** A step of installation at a time, then a report when there is something to tell. */
  async #work(): Promise<void> {
    const { clock, doom, random } = this.process
    for (;;) {
      await clock.sleep((this.#isIdle ? IDLE_MS : WORK_MS) * (0.5 + random.fraction()))
      await doom.step()
      this.#install()
      this.#report()
    }
  }

  get #isIdle(): boolean {
    return !this.#machine.connected && comparePositions(this.disk.desired, this.disk.applied) === 0
  }

  #install(): void {
    const { desired, installed } = this.disk
    if (!desired) return
    const next = desired.layers.find((layer) => installed.get(layer.id) !== layer.valuesDigest)
    if (next) return void installed.set(next.id, next.valuesDigest)
    const wanted = new Set(desired.layers.map(({ id }) => id))
    for (const id of installed.keys()) if (!wanted.has(id)) installed.delete(id)
    if (comparePositions(desired, this.disk.applied) <= 0) return
    const { epoch, generation } = desired
    this.disk.applied = { epoch, generation }
    this.#deps.order.applied(this.disk.uid, this.disk.applied)
  }

  #report(): void {
    const { clock } = this.process
    const report = this.#stateReport()
    const told = JSON.stringify(report)
    if (told === this.#told && clock.elapsed() - this.#toldAtMs < REPORT_MS) return
    this.#told = told
    this.#toldAtMs = clock.elapsed()
    this.#handle({ type: 'report', message: report })
  }

  #stateReport(): LinkReport {
    const { desired, applied, installed } = this.disk
    const layers = (desired?.layers ?? []).map((layer): LayerReport => {
      const isReady = installed.get(layer.id) === layer.valuesDigest
      return {
        ...{ id: layer.id, state: isReady ? 'Ready' : 'WaitingForOtherLayers', message: '' },
        ...{ startedAt: null, finishedAt: null, installedDigest: installed.get(layer.id) ?? null },
      }
    })
    const isHealthy = layers.every(({ state }) => state === 'Ready')
    const running = this.#deps.cloud.machinesOf(this.disk.uid).machines.filter(({ state }) => state === 'Running')
    return {
      type: 'state',
      applied,
      working: desired && { epoch: desired.epoch, generation: desired.generation },
      layers,
      health: { state: isHealthy ? 'Healthy' : 'UnHealthy', message: '' },
      nodes: running.map(({ name, providerId }) => ({
        name,
        providerId,
        ready: true,
        message: '',
        notReadySince: null,
      })),
      kubernetesVersion: 'v1.34.4',
      metrics: {
        ...{ cpuCoresTotal: 1, cpuCoresUsed: 0, memoryBytesTotal: 1, memoryBytesUsed: 0, podsTotal: 1, podsRunning: 1 },
        ...{ nodesTotal: running.length, nodesReady: running.length },
      },
    }
  }
}
