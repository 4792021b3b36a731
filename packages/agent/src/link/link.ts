import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { PREVIEW, type PreviewAnswer } from '@atrium/api/link/preview.ts'
import { type AgentMessage, linkLimits } from '@atrium/api/link/protocol.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type AgentAction, type AgentEvent, AgentMachine } from '@atrium/tunnel/link/agent-machine.ts'
import type { HelloFrame } from '@atrium/tunnel/link/codec.ts'
import { AUDIENCE_PREFIX, signProof } from '@atrium/tunnel/link/proof.ts'
import type { AgentIdentity, AgentReport, LinkSurroundings, PlaneLink, RegistryToken } from '../ports.ts'
import { bytesOf } from '../report/bounds.ts'
import { dialUntilAnswered } from './dialling.ts'
import type { Enrolment } from './enrolment.ts'
import { ensureIdentity, type IdentityDeps, renewalTimeMs, renewIdentity } from './identity.ts'
import type { PlaneAddress } from './plane-http.ts'
import { dialLink, type LinkSocket, type SocketListener } from './socket.ts'
import { PlaneTransport } from './transport.ts'

export interface PlaneLinkOptions {
  /** What Secret `atrium-agent-enrolment` says now: it is read before each dialling, because the plane may have replaced it. */
  enrolment(): Promise<Enrolment>
  surroundings: LinkSurroundings
  clock: Clock
  random: Random
  logger: Logger
  /** Shared with other links, and closed by whoever made it; without it the link has its own. */
  transport?: PlaneTransport
}

const RENEW_RETRY_MS = 60_000
/** The same reason for being away is told so often. */
const REPEAT_MS = 60_000
/** What the link adds to a report. */
const ENVELOPE_BYTES = 64

/** Starts the link: it dials, enrols when needed, and dials again for as long as the agent lives. Returns at once. */
export const openPlaneLink = (options: PlaneLinkOptions): PlaneLink => new WebSocketPlaneLink(options)

/** What belongs to one connection and goes with it. */
interface Connection {
  socket: LinkSocket
  identity: AgentIdentity
  address: PlaneAddress
  serverFingerprint: string
  session: Secret<string> | null
}

/** Drives `AgentMachine`: sockets, files, keys and timers around its decisions. */
class WebSocketPlaneLink implements PlaneLink {
  readonly #options: PlaneLinkOptions
  readonly #machine: AgentMachine
  readonly #transport: PlaneTransport
  readonly #desiredListeners = new Set<(desired: DesiredState) => void>()
  readonly #previewListeners = new Set<Parameters<PlaneLink['onPreview']>[0]>()
  readonly #connectionListeners = new Set<(connected: boolean) => void>()
  #connection: Connection | null = null
  /** Rises with each dialling: late news of an older connection is ignored. */
  #attempt = 0
  #rejected = false
  /** Why it is away, as last told. */
  #toldAway: { reason: string; atMs: number } | null = null
  #cancelWake: () => void = () => undefined
  #cancelRenewal: () => void = () => undefined

  constructor(options: PlaneLinkOptions) {
    this.#options = options
    this.#transport = options.transport ?? new PlaneTransport()
    this.#machine = new AgentMachine(options.random)
    this.#handle({ type: 'start' })
  }

  get connected(): boolean {
    return this.#machine.connected
  }

  onDesired(listener: (desired: DesiredState) => void): () => void {
    this.#desiredListeners.add(listener)
    return () => void this.#desiredListeners.delete(listener)
  }

  onPreview(listener: Parameters<PlaneLink['onPreview']>[0]): () => void {
    this.#previewListeners.add(listener)
    return () => void this.#previewListeners.delete(listener)
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#connectionListeners.add(listener)
    return () => void this.#connectionListeners.delete(listener)
  }

  report(message: AgentReport): void {
    // Sent again and again it would end every connection; whoever makes reports keeps them smaller.
    if (bytesOf(message) > linkLimits.messageBytes - ENVELOPE_BYTES)
      return this.#options.logger.error({ type: message.type }, 'report dropped: the link takes no message of its size')
    this.#handle({ type: 'report', message })
  }

  async fetchBlob(digest: string, signal?: AbortSignal): Promise<Buffer> {
    const { address, session } = this.#live()
    return this.#transport.http.blob(address, session, digest, signal)
  }

  async registryToken(repository: string, signal?: AbortSignal): Promise<RegistryToken> {
    const { address, session } = this.#live()
    return this.#transport.http.registryToken(address, session, repository, signal)
  }

  async close(): Promise<void> {
    this.#handle({ type: 'stop' })
    this.#cancelWake()
    this.#cancelRenewal()
    if (!this.#options.transport) await this.#transport.close()
  }

  #live(): { address: PlaneAddress; session: Secret<string> } {
    const session = this.#connection?.session
    if (!this.#connection || !session) throw new AtriumError('InvalidState', 'The management plane is away.')
    return { address: this.#connection.address, session }
  }

  #handle(event: AgentEvent): void {
    const { clock } = this.#options
    for (const action of this.#machine.handle(event, clock.elapsed())) this.#perform(action)
    this.#cancelWake()
    const wakeAtMs = this.#machine.wakeAtMs()
    if (wakeAtMs === null) return
    const delayMs = Math.max(0, wakeAtMs - clock.elapsed())
    this.#cancelWake = clock.after(delayMs, () => this.#handle({ type: 'wake' }))
  }

  #perform(action: AgentAction): void {
    switch (action.type) {
      case 'dial':
        void this.#dial()
        return
      case 'prove':
        return this.#prove(action.hello)
      case 'send':
        this.#connection?.socket.send(withTime(action.message, this.#options.clock))
        return
      case 'close':
        return this.#hangUp(action.reason, action.refused)
      case 'desired':
        for (const listener of this.#desiredListeners) listener(action.desired)
        return
      case 'preview': {
        const answer = (one: PreviewAnswer): void => this.#handle({ type: 'answer', answer: one })
        for (const listener of this.#previewListeners) listener(action.request, answer)
        return
      }
      case 'connected':
        return this.#opened(action.welcome.sessionToken, action.welcome.sessionEpoch)
      case 'disconnected':
        this.#cancelRenewal()
        this.#options.logger.warn({ reason: action.reason }, 'link lost; the agent goes on with what it knows')
        return this.#tellConnection(false)
    }
  }

  async #dial(): Promise<void> {
    this.#attempt += 1
    const attempt = this.#attempt
    try {
      const enrolment = await this.#options.enrolment()
      const identity = await ensureIdentity(this.#identityDeps(), enrolment, this.#rejected)
      // The Secret and the plane may each be the first to know a new CA.
      const caBundlePem = `${identity.caBundlePem}\n${enrolment.caBundlePem}`
      if (attempt === this.#attempt && this.#machine.wakeAtMs() !== null)
        this.#connect(attempt, identity, { serverUrl: enrolment.serverUrl, caBundlePem })
    } catch (error) {
      this.#tellAway(messageOf(error), 'cannot reach the management plane yet')
      if (attempt === this.#attempt) this.#handle({ type: 'closed' })
    }
  }

  #connect(attempt: number, identity: AgentIdentity, address: PlaneAddress): void {
    const isCurrent = (): boolean => attempt === this.#attempt
    const trust = this.#transport.trusting(address.caBundlePem)
    const listener: SocketListener = {
      opened: (serverFingerprint) => {
        if (!isCurrent() || !this.#connection) return
        this.#connection.serverFingerprint = serverFingerprint
        this.#handle({ type: 'opened' })
      },
      frame: (frame) => {
        if (isCurrent()) this.#handle({ type: 'frame', frame })
      },
      closed: (reason) => {
        if (!isCurrent()) return
        this.#connection = null
        this.#tellAway(reason, 'link connection ended')
        this.#handle({ type: 'closed' })
      },
    }
    const { clock, random } = this.#options
    const dial = (of: SocketListener): LinkSocket => dialLink(address.serverUrl, trust, of)
    const socket = dialUntilAnswered(dial, listener, { clock, random, againMs: this.#machine.redialMs })
    this.#connection = { socket, identity, address, serverFingerprint: '', session: null }
  }

  #prove(hello: HelloFrame): void {
    const connection = this.#connection
    if (!connection) return
    if (!hello.audience.startsWith(AUDIENCE_PREFIX)) return this.#hangUp('the server named a foreign audience', false)
    const { surroundings } = this.#options
    const { identity, serverFingerprint, socket } = connection
    socket.send({
      type: 'proof',
      certificate: identity.certificatePem,
      serverFingerprint,
      signature: signProof(identity.privateKeyPem.reveal(), hello, serverFingerprint),
      agentVersion: surroundings.agentVersion,
      podName: surroundings.podName,
      applied: surroundings.applied(),
      can: this.#previewListeners.size > 0 ? [PREVIEW] : [],
    })
  }

  #opened(sessionToken: string, sessionEpoch: number): void {
    if (!this.#connection) return
    this.#connection.session = new Secret(sessionToken)
    this.#rejected = false
    this.#toldAway = null
    this.#options.logger.info({ sessionEpoch }, 'link open')
    this.#scheduleRenewal(renewalTimeMs(this.#connection.identity, this.#options.random) - this.#options.clock.now())
    this.#tellConnection(true)
  }

  /** A refusal may mean that the plane no longer takes our certificate: then a fresh token is tried. */
  #hangUp(reason: string, refused: boolean): void {
    const connection = this.#connection
    this.#attempt += 1
    this.#connection = null
    this.#rejected = refused
    this.#tellAway(reason, 'link closed')
    connection?.socket.close()
  }

  /** Twice a second nothing new would be said for as long as the plane is away. */
  #tellAway(reason: string, what: string): void {
    const now = this.#options.clock.elapsed()
    const told = this.#toldAway
    if (told?.reason === reason && now - told.atMs < REPEAT_MS) return
    this.#toldAway = { reason, atMs: now }
    this.#options.logger.warn({ reason }, what)
  }

  #scheduleRenewal(delayMs: number): void {
    this.#cancelRenewal()
    // Timers longer than 24.8 days fire at once.
    const boundedMs = Math.min(Math.max(0, delayMs), 24 * 3600_000)
    this.#cancelRenewal = this.#options.clock.after(boundedMs, () => {
      if (boundedMs < delayMs) this.#scheduleRenewal(delayMs - boundedMs)
      else void this.#renew()
    })
  }

  async #renew(): Promise<void> {
    const connection = this.#connection
    if (!connection?.session) return
    try {
      connection.identity = await renewIdentity(
        this.#identityDeps(),
        connection.address,
        connection.session,
        connection.identity,
      )
      this.#scheduleRenewal(renewalTimeMs(connection.identity, this.#options.random) - this.#options.clock.now())
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, 'certificate not renewed; trying again')
      if (connection === this.#connection) this.#scheduleRenewal(RENEW_RETRY_MS * (1 + this.#options.random.fraction()))
    }
  }

  #identityDeps(): IdentityDeps {
    const { clock, logger, surroundings } = this.#options
    return {
      store: surroundings.identity,
      plane: this.#transport.http,
      clock,
      logger,
      agentVersion: surroundings.agentVersion,
    }
  }

  #tellConnection(connected: boolean): void {
    for (const listener of this.#connectionListeners) listener(connected)
  }
}

/** The machine counts in time that nobody sets; what it sends tells the time of day. */
const withTime = <M extends AgentMessage | PreviewAnswer>(message: M, clock: Clock): M =>
  message.type === 'heartbeat' ? { ...message, at: isoNow(clock) } : message
