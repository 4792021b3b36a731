import { PREVIEW, type PreviewAnswer, type PreviewRequest } from '@atrium/api/link/preview.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Store, Tx } from '@atrium/runtime/store/store.ts'
import type { HelloFrame, ProofFrame } from '@atrium/tunnel/link/codec.ts'
import { AUDIENCE_PREFIX, checkProof } from '@atrium/tunnel/link/proof.ts'
import { FENCED, heartbeatMs, type ReportMessage, redialMs } from '@atrium/tunnel/link/server-machine.ts'
import type { AgentName } from './agent-name.ts'
import type { AgentAuthority } from './authority.ts'
import { Batches } from './batches.ts'
import { ClosedTenants } from './closed-tenants.ts'
import { Heartbeats } from './heartbeats.ts'
import { Looks, type Seen } from './looks.ts'
import { type PreviewOutcome, Previews } from './previews.ts'
import type { LinkRecords } from './records.ts'
import { type Admitted, LinkSession, type SessionHost, type SessionName, type SessionSocket } from './session.ts'
import type { AgentStatusWriter } from './status.ts'
import { newLinkToken } from './tokens.ts'
import { TenantWatches } from './watches.ts'

/** Writes what an agent reported at `at` (RFC 3339) into the cluster's status. Runs inside a transaction that the link fences. */
export type ApplyReport = (tx: Tx, clusterUid: string, message: ReportMessage, at: string) => Promise<void>

export interface HubDeps {
  store: Store
  records: Pick<
    LinkRecords,
    'openSessions' | 'closeSession' | 'touchSessions' | 'touchServer' | 'silentSessions' | 'closedTenants'
  >
  status: AgentStatusWriter
  authority: Pick<AgentAuthority, 'identify'>
  applyReport: ApplyReport
  /** Fingerprints (SHA-256, hex) of TLS certificates an agent may see when it talks to this server. */
  serverFingerprints: () => readonly string[]
  /** Names this process in the sessions table, and where other servers reach it. */
  server: string
  peerAddress: string
  installation: string
  /** Raised when the plane was restored from a backup. */
  planeEpoch: () => number
  clock: Clock
  random: Random
  logger: Logger
}

/** A session that is open. */
interface Open extends SessionName {
  session: LinkSession
  planeEpoch: number
  /** It takes requests for previews. */
  previews: boolean
  /** The desired state it was last given. */
  given: { epoch: number; generation: number } | null
  wasLookedAt: boolean
}

/** An agent that proved itself, and has no session yet. */
interface Proven {
  agent: AgentName
  /** Fingerprint. */
  certificate: string
  tokenHash: Buffer
  proof: ProofFrame
}

type Arrived = Pick<Admitted, 'agent' | 'epoch' | 'planeEpoch' | 'given' | 'desired'>

interface Reported extends SessionName {
  message: ReportMessage
}

/** What is stored of a new session comes back as a hint within this time. */
const FIRST_LOOK_MS = 500
const REVOKED = 'The certificate was revoked.'
const CLOSED = 'The tenant is closed by the operator of the plane.'

/** All agents connected to this server. */
export class LinkHub implements SessionHost {
  readonly #deps: HubDeps
  /** By `<tenant>/<cluster uid>`: at most one session each, the newest. */
  readonly #sessions = new Map<string, Open>()
  readonly #unproven = new Set<LinkSession>()
  readonly #heartbeats: Heartbeats
  readonly #looks: Looks
  readonly #previews: Previews
  readonly #watches: TenantWatches
  readonly #closed: ClosedTenants
  readonly #arrivals: Batches<Proven, Arrived>
  readonly #reports: Batches<Reported, void>
  readonly clock: Clock
  readonly logger: Logger
  #stopping = false

  constructor(deps: HubDeps) {
    this.#deps = deps
    this.clock = deps.clock
    this.logger = deps.logger
    this.#heartbeats = new Heartbeats(deps)
    this.#looks = new Looks({
      ...deps,
      given: (agent) => this.#sessions.get(keyOf(agent))?.given,
      seen: (agent, seen) => this.#seen(agent, seen),
    })
    this.#previews = new Previews(deps.clock)
    this.#watches = new TenantWatches(deps, {
      changed: (agent) => this.#looks.hint(agent),
      allChanged: (tenant) => this.#lookAtAll(tenant),
    })
    this.#closed = new ClosedTenants({
      ...deps,
      present: () => [...new Set([...this.#sessions.values()].map(({ agent }) => agent.tenant))],
      closed: (tenants) => deps.records.closedTenants(tenants),
      end: (tenant) => this.#endAll(tenant),
    })
    this.#arrivals = new Batches((tenant, proven) => this.#open(tenant, proven))
    this.#reports = new Batches((tenant, reported) => this.#store(tenant, reported))
  }

  /** When an agent that is connected here was last heard of (ms since the epoch). */
  lastHeardMs(tenant: string, clusterUid: string): number | null {
    return this.#heartbeats.lastHeardMs(tenant, clusterUid)
  }

  /** Agents whose reports are being stored. */
  get backlog(): number {
    return this.#reports.size
  }

  get size(): number {
    return this.#sessions.size
  }

  start(): void {
    this.#heartbeats.start()
    this.#closed.start()
  }

  /** Closes every link. Agents dial again at once, here or elsewhere: only those that do not are told as away, by whoever serves then. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const session of this.#unproven) session.drop()
    this.#watches.stop()
    this.#looks.stop()
    for (const { session } of [...this.#sessions.values()]) session.drop()
    await Promise.all([this.#heartbeats.stop(), this.#closed.stop()])
  }

  /** A new connection whose agent has yet to prove itself; `proven` is called once it has. */
  accept(socket: SessionSocket, proven: () => void): void {
    if (this.#stopping) return socket.terminate()
    const hello: HelloFrame = {
      type: 'hello',
      nonce: this.#deps.random.bytes(32).toString('base64url'),
      audience: `${AUDIENCE_PREFIX}${this.#deps.installation}`,
    }
    this.#unproven.add(new LinkSession(socket, this, hello, proven))
  }

  async admit(_session: LinkSession, proof: ProofFrame, hello: HelloFrame): Promise<Admitted> {
    const { authority, random } = this.#deps
    if (!this.#deps.serverFingerprints().includes(proof.serverFingerprint))
      throw new AtriumError(
        'Unauthorized',
        'The agent saw another server certificate: something terminates TLS in between.',
      )
    const { agent, certificate, fingerprint } = authority.identify(proof.certificate)
    if (!checkProof(certificate.publicKey, hello, proof.serverFingerprint, proof.signature))
      throw new AtriumError('Unauthorized', 'The proof is not signed with the key of the certificate.')
    const token = newLinkToken(agent.tenant, agent.clusterUid, random)
    await this.#watches.ensure(agent.tenant)
    const proven = { agent, certificate: fingerprint, tokenHash: token.hash, proof }
    const arrived = await this.#arrivals.run(proven)
    const pace = { heartbeatMs: heartbeatMs(this.size), redialMs: redialMs(this.size) }
    return { ...arrived, ...pace, token: token.secret.reveal(), can: proof.can ?? [] }
  }

  /** Sessions of many agents of a tenant, in two transactions: their numbers first, then what their clusters' status says. */
  async #open(tenant: string, proven: readonly Proven[]): Promise<PromiseSettledResult<Arrived>[]> {
    const { records, status, clock, server, peerAddress } = this.#deps
    const at = new Date(clock.now())
    const planeEpoch = this.#deps.planeEpoch()
    const sessions = proven.map(({ agent, ...session }) => ({ clusterUid: agent.clusterUid, ...session }))
    const epochs = await records.openSessions(tenant, { server, peerAddress, at }, sessions)
    const now = { lastHeartbeatAt: at.toISOString(), planeEpoch }
    const arrivals = sessions.flatMap(({ clusterUid, proof: { agentVersion, podName, applied } }) => {
      const epoch = epochs.get(clusterUid)
      return epoch === undefined
        ? []
        : [{ clusterUid, epoch, applied, now: { version: agentVersion, podName, ...now } }]
    })
    const isClosed = epochs.size < sessions.length && (await records.closedTenants([tenant])).length > 0
    const refusal = isClosed ? CLOSED : REVOKED
    const given = await status.connected(tenant, arrivals)
    const outcomes = new Map(
      arrivals.map(({ clusterUid, epoch }, index) => [clusterUid, { epoch, given: given[index] }]),
    )
    return proven.map(({ agent }) => {
      const outcome = outcomes.get(agent.clusterUid)
      if (!outcome?.given) return { status: 'rejected', reason: new AtriumError('Unauthorized', refusal) }
      if (outcome.given.status === 'rejected') return outcome.given
      const { position, desired } = outcome.given.value
      return { status: 'fulfilled', value: { agent, epoch: outcome.epoch, planeEpoch, given: position, desired } }
    })
  }

  opened(session: LinkSession, { agent, epoch, planeEpoch, given, can }: Admitted): void {
    this.#unproven.delete(session)
    const key = keyOf(agent)
    const former = this.#sessions.get(key)
    if (former && former.epoch > epoch) return session.end(FENCED)
    const open: Open = { session, agent, epoch, planeEpoch, previews: can.includes(PREVIEW), given, wasLookedAt: false }
    this.#sessions.set(key, open)
    this.#heartbeats.add(agent, epoch)
    former?.session.end(FENCED)
    this.logger.info({ ...agent, epoch }, 'agent connected')
    // Something may have changed between reading the desired state and being found by the watch.
    this.clock.after(FIRST_LOOK_MS, () => open.wasLookedAt || this.#looks.hint(agent))
  }

  /** What would become of the agent's cluster; see `Previews`. */
  preview(agent: AgentName, request: PreviewRequest): Promise<PreviewOutcome> {
    return this.#previews.ask(this.#sessions.get(keyOf(agent)), request)
  }

  answered(session: LinkSession, answer: PreviewAnswer): void {
    this.#previews.answered(session, answer)
  }

  heartbeat({ agent, epoch }: SessionName): void {
    this.#heartbeats.add(agent, epoch)
    const open = this.#sessions.get(keyOf(agent))
    if (open?.epoch === epoch) this.#endOfFormerHistory(open)
  }

  handle({ agent, epoch }: SessionName, message: ReportMessage): Promise<void> {
    return this.#reports.run({ agent, epoch, message })
  }

  #store(tenant: string, reported: readonly Reported[]): Promise<PromiseSettledResult<void>[]> {
    const at = isoNow(this.clock)
    const apply = (tx: Tx, { agent, message }: Reported): Promise<void> =>
      this.#deps.applyReport(tx, agent.clusterUid, message, at)
    return this.#deps.status.asSessions(tenant, reported, apply)
  }

  ended(session: LinkSession, name: SessionName | null, reason: string): void {
    this.#unproven.delete(session)
    this.#previews.ended(session)
    if (!name) return
    const key = keyOf(name.agent)
    if (this.#sessions.get(key)?.session === session) this.#sessions.delete(key)
    this.logger.info({ ...name.agent, epoch: name.epoch, reason }, 'agent disconnected')
    if (!this.#stopping) void this.#heartbeats.end(name.agent, name.epoch)
  }

  /** One that told what it runs to another history of this plane: it comes again and tells this one. */
  #endOfFormerHistory({ session, planeEpoch }: Open): boolean {
    if (planeEpoch === this.#deps.planeEpoch()) return false
    session.end('the plane was restored')
    return true
  }

  #endAll(tenant: string): void {
    for (const { agent, session } of [...this.#sessions.values()]) if (agent.tenant === tenant) session.end(CLOSED)
  }

  #lookAtAll(tenant: string): void {
    for (const { agent } of this.#sessions.values()) if (agent.tenant === tenant) this.#looks.hint(agent)
  }

  /** The cluster changed, or may have: fences the session, ends it, or sends a newer desired state. */
  #seen(agent: AgentName, seen: Seen | null): void {
    const open = this.#sessions.get(keyOf(agent))
    if (!open || this.#stopping) return
    const { session, epoch } = open
    open.wasLookedAt = true
    if (this.#endOfFormerHistory(open)) return
    if (!seen) return session.end('the cluster was deleted')
    const { sessionEpoch = 0, connected = false } = seen.agent ?? {}
    if (sessionEpoch > epoch) return session.end(FENCED)
    // A server that saw no heartbeat of it took it for lost: the agent comes again, or it would count as away for ever.
    if (sessionEpoch === epoch && !connected) return session.end('the session was taken for lost')
    if (!seen.desired) return
    open.given = { epoch: seen.desired.epoch, generation: seen.desired.generation }
    session.offer(seen.desired)
  }
}

const keyOf = (agent: AgentName): string => `${agent.tenant}/${agent.clusterUid}`
