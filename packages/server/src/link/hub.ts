import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Store, Tx } from '@atrium/runtime/store/store.ts'
import type { HelloFrame, ProofFrame } from '@atrium/tunnel/link/codec.ts'
import { AUDIENCE_PREFIX, checkProof } from '@atrium/tunnel/link/proof.ts'
import { FENCED, type ReportMessage } from '@atrium/tunnel/link/server-machine.ts'
import type { AgentName } from './agent-name.ts'
import type { AgentAuthority } from './authority.ts'
import { readDesired } from './desired.ts'
import { Heartbeats } from './heartbeats.ts'
import type { LinkRecords } from './records.ts'
import { type Admitted, LinkSession, type SessionHost, type SessionSocket } from './session.ts'
import { type AgentStatusWriter, agentActor } from './status.ts'
import { newLinkToken } from './tokens.ts'
import { TenantWatches } from './watches.ts'

/** Writes what an agent reported at `at` (RFC 3339) into the cluster's status. Runs inside a transaction that the link fences. */
export type ApplyReport = (tx: Tx, clusterUid: string, message: ReportMessage, at: string) => Promise<void>

export interface HubDeps {
  store: Store
  records: Pick<LinkRecords, 'openSession' | 'closeSession' | 'touchSessions' | 'silentSessions'>
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

const LOOK_RETRY_MS = 500
const LONGEST_LOOK_RETRY_MS = 30_000

/** All agents connected to this server. */
export class LinkHub implements SessionHost {
  readonly #deps: HubDeps
  /** By `<tenant>/<cluster uid>`: at most one session each, the newest. */
  readonly #sessions = new Map<string, { session: LinkSession; admitted: Admitted }>()
  readonly #unproven = new Set<LinkSession>()
  readonly #heartbeats: Heartbeats
  readonly #watches: TenantWatches
  readonly clock: Clock
  readonly logger: Logger
  #stopping = false

  constructor(deps: HubDeps) {
    this.#deps = deps
    this.clock = deps.clock
    this.logger = deps.logger
    this.#heartbeats = new Heartbeats(deps)
    this.#watches = new TenantWatches(deps, {
      changed: (agent) => void this.#look(agent),
      allChanged: (tenant) => this.#lookAtAll(tenant),
    })
  }

  get size(): number {
    return this.#sessions.size
  }

  start(): void {
    this.#heartbeats.start()
  }

  /** Closes every link; agents dial again, here or elsewhere. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const session of this.#unproven) session.drop()
    const open = [...this.#sessions.values()]
    this.#watches.stop()
    for (const { session } of open) session.drop()
    await Promise.all(open.map(({ admitted }) => this.#disconnected(admitted)))
    await this.#heartbeats.stop()
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
    const { authority, records, status, random, clock, store } = this.#deps
    if (!this.#deps.serverFingerprints().includes(proof.serverFingerprint))
      throw new AtriumError(
        'Unauthorized',
        'The agent saw another server certificate: something terminates TLS in between.',
      )
    const { agent, certificate, fingerprint } = await authority.identify(proof.certificate)
    if (!checkProof(certificate.publicKey, hello, proof.serverFingerprint, proof.signature))
      throw new AtriumError('Unauthorized', 'The proof is not signed with the key of the certificate.')
    const token = newLinkToken(agent.tenant, agent.clusterUid, random)
    const at = new Date(clock.now())
    const { server, peerAddress } = this.#deps
    const planeEpoch = this.#deps.planeEpoch()
    const epoch = await records.openSession({
      ...agent,
      tokenHash: token.hash,
      server,
      peerAddress,
      certificate: fingerprint,
      at,
    })
    await this.#watches.ensure(agent.tenant)
    const told = { version: proof.agentVersion, podName: proof.podName, lastHeartbeatAt: at.toISOString(), planeEpoch }
    await status.connected(agent, epoch, told, proof.applied)
    const desired = await store.transaction(agent.tenant, agentActor(agent), async (tx) => {
      const cluster = await tx.get('Cluster', agent.clusterUid)
      return cluster && readDesired(tx, cluster)
    })
    return { agent, epoch, planeEpoch, token: token.secret.reveal(), desired }
  }

  opened(session: LinkSession, admitted: Admitted): void {
    this.#unproven.delete(session)
    const key = keyOf(admitted.agent)
    const former = this.#sessions.get(key)
    if (former && former.admitted.epoch > admitted.epoch) return session.end(FENCED)
    this.#sessions.set(key, { session, admitted })
    former?.session.end(FENCED)
    this.logger.info({ ...admitted.agent, epoch: admitted.epoch }, 'agent connected')
    // Something may have changed between reading the desired state and being found by the watch.
    void this.#look(admitted.agent)
  }

  heartbeat(admitted: Admitted): void {
    this.#heartbeats.add(admitted.agent, admitted.epoch)
  }

  async handle(admitted: Admitted, message: ReportMessage): Promise<void> {
    const { agent, epoch } = admitted
    const at = isoNow(this.clock)
    await this.#deps.status.asSession(agent, epoch, (tx) => this.#deps.applyReport(tx, agent.clusterUid, message, at))
  }

  ended(session: LinkSession, admitted: Admitted | null, reason: string): void {
    this.#unproven.delete(session)
    if (!admitted) return
    const key = keyOf(admitted.agent)
    if (this.#sessions.get(key)?.session === session) this.#sessions.delete(key)
    this.logger.info({ ...admitted.agent, epoch: admitted.epoch, reason }, 'agent disconnected')
    if (!this.#stopping) void this.#disconnected(admitted)
  }

  #lookAtAll(tenant: string): void {
    for (const { admitted } of this.#sessions.values())
      if (admitted.agent.tenant === tenant) void this.#look(admitted.agent)
  }

  async #disconnected({ agent, epoch }: Admitted): Promise<void> {
    try {
      await this.#heartbeats.closeSession(agent, epoch, new Date(this.clock.now()))
    } catch (error) {
      this.logger.warn({ ...agent, reason: messageOf(error) }, 'end of session not stored; the sweep will find it')
    }
  }

  /** A hint that the cluster changed: fences the session, ends it, or sends a newer desired state. */
  async #look(agent: AgentName, failures = 0): Promise<void> {
    const found = this.#sessions.get(keyOf(agent))
    if (!found || this.#stopping) return
    const { session, admitted } = found
    // It told what it runs to another history of this plane: it comes again and tells this one.
    if (admitted.planeEpoch !== this.#deps.planeEpoch()) return session.end('the plane was restored')
    const { store } = this.#deps
    try {
      const seen = await store.transaction(agent.tenant, agentActor(agent), async (tx) => {
        const cluster = await tx.get('Cluster', agent.clusterUid)
        if (!cluster) return null
        const { sessionEpoch = 0, connected = false } = cluster.status.agent ?? {}
        return { epoch: sessionEpoch, connected, desired: await readDesired(tx, cluster) }
      })
      if (!seen) return session.end('the cluster was deleted')
      if (seen.epoch > admitted.epoch) return session.end(FENCED)
      // A server that saw no heartbeat of it took it for lost: the agent comes again, or it would count as away for ever.
      if (seen.epoch === admitted.epoch && !seen.connected) return session.end('the session was taken for lost')
      if (seen.desired) session.offer(seen.desired)
    } catch (error) {
      this.logger.warn({ ...agent, reason: messageOf(error) }, 'desired state not read yet; trying again')
      // On a quiet cluster no other hint comes.
      const delayMs = Math.min(LOOK_RETRY_MS * 2 ** failures, LONGEST_LOOK_RETRY_MS)
      this.clock.after(delayMs, () => void this.#look(agent, failures + 1))
    }
  }
}

const keyOf = (agent: AgentName): string => `${agent.tenant}/${agent.clusterUid}`
