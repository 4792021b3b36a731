import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { PreviewAnswer, PreviewRequest } from '@atrium/api/link/preview.ts'
import type { AgentMessage } from '@atrium/api/link/protocol.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'

type WithoutSeq<M> = M extends { seq: number } ? Omit<M, 'seq'> : never

/** What the agent tells the plane. The link numbers messages and repeats them until they are acknowledged. */
export type AgentReport = WithoutSeq<Exclude<AgentMessage, { type: 'heartbeat' }>>

/** Orders desired states: a higher epoch wins, then a higher generation. */
export interface DesiredPosition {
  epoch: number
  generation: number
}

/** A short-lived credential that may pull from one repository only. */
export interface RegistryToken {
  token: Secret<string>
  /** RFC 3339. */
  expiresAt: string
}

/**
 * The agent's only view of the management plane. Nothing in the agent may depend on it being there:
 * everything but `fetchBlob` and `registryToken` works while the plane is away.
 * Heartbeats are the link's own: it knows the interval the plane asked for.
 */
export interface PlaneLink {
  readonly connected: boolean
  /** Calls back for every desired state the plane sends; the same or an older one may come again. Returns the way to stop. */
  onDesired(listener: (desired: DesiredState) => void): () => void
  /** Calls back when the plane asks for a preview; an answer is lost when its connection is gone. Returns the way to stop. */
  onPreview(listener: (request: PreviewRequest, answer: (answer: PreviewAnswer) => void) => void): () => void
  /** Calls back whenever the connection comes or goes. Returns the way to stop. */
  onConnection(listener: (connected: boolean) => void): () => void
  /**
   * Hands a report over; never waits, never throws. A newer `state` replaces one that is still unsent;
   * `deviations` and `events` queue up to the link's bound, oldest dropped first.
   */
  report(message: AgentReport): void
  /** A blob of the desired state, verified against its digest. Rejects while the plane is away. */
  fetchBlob(digest: string, signal?: AbortSignal): Promise<Buffer>
  /** Rejects while the plane is away. */
  registryToken(repository: string, signal?: AbortSignal): Promise<RegistryToken>
  close(): Promise<void>
}

/** Who this agent is to the plane: kept in Secret `atrium-agent-identity`, never on disk. */
export interface AgentIdentity {
  clusterUid: string
  privateKeyPem: Secret<string>
  /** Empty between the making of the key and its enrolment: a lost answer is asked for again with the same key. */
  certificatePem: string
  /** SHA-256 of the enrolment token it was (or is being) enrolled with: a token is never tried with two keys. */
  tokenHash: string
  /** CAs that sign the plane's server certificate, and its registry's. */
  caBundlePem: string
  /** RFC 3339 end of the certificate. */
  notAfter: string
}

/** Where the identity is kept; the link loads it at start and saves it after enrolment and each renewal. */
export interface IdentityStore {
  load(): Promise<AgentIdentity | null>
  save(identity: AgentIdentity): Promise<void>
}

/** What the link needs from the rest of the agent. */
export interface LinkSurroundings {
  identity: IdentityStore
  /** Newest desired state fully applied: told to the plane in the handshake. */
  applied(): DesiredPosition | null
  agentVersion: string
  podName: string
}
