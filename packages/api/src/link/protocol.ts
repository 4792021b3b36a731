import Type, { type Static } from 'typebox'
import { DesiredState } from './desired-state.ts'
import { PreviewRequest } from './preview.ts'

/**
 * The agent link, `/link/v1`. Everything is dialled by the agent.
 *
 * POST /link/v1/enrol                 EnrolRequest → EnrolAnswer          (single-use token)
 * GET  /link/v1/connect  (WebSocket)  server: hello; agent: proof; then messages below, JSON text frames
 * GET  /link/v1/blobs/{digest}        octets; `Authorization: Link <session token>`
 * POST /link/v1/renew                 {csr} → EnrolAnswer; same authorization
 * POST /link/v1/registry-token        {repository} → {token, expiresAt}; pull-only, this repository, ≤ 5 min
 */
/** What an agent offers in the first message of TLS, before `http/1.1`: a server under a rush of agents knows it by that. */
export const LINK_ALPN = 'atrium-link'

export const linkLimits = {
  messageBytes: 1024 * 1024,
  csrBytes: 8 * 1024,
  heartbeatMs: 5_000,
  /** Told by a server with very many agents. */
  slowestHeartbeatMs: 10_000,
  missedHeartbeats: 3,
  openDeviations: 2_000,
  inFlight: 64,
} as const

const Pem = Type.String({ maxLength: 64 * 1024 })
export const EnrolRequest = Type.Object({
  token: Type.String({ maxLength: 256 }),
  csr: Pem,
  agentVersion: Type.String({ maxLength: 64 }),
})
export type EnrolRequest = Static<typeof EnrolRequest>
export const EnrolAnswer = Type.Object({
  clusterUid: Type.String(),
  certificate: Pem,
  caBundle: Pem,
  notAfter: Type.String(),
})
export type EnrolAnswer = Static<typeof EnrolAnswer>

/** First frame, server → agent. */
export const Hello = Type.Object({ type: Type.Literal('hello'), nonce: Type.String(), audience: Type.String() })
/** Second frame, agent → server: signature over `nonce \n audience \n serverFingerprint` with the enrolled key. */
export const Proof = Type.Object({
  type: Type.Literal('proof'),
  certificate: Pem,
  /** SHA-256 of the server certificate the agent saw, lower-case hex. */
  serverFingerprint: Type.String({ maxLength: 64 }),
  signature: Type.String({ maxLength: 1024 }),
  agentVersion: Type.String({ maxLength: 64 }),
  podName: Type.String({ maxLength: 253 }),
  applied: Type.Union([Type.Null(), Type.Object({ epoch: Type.Integer(), generation: Type.Integer() })]),
  /** What this agent understands beyond the first protocol: a message it does not know would end its session. */
  can: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32 })),
})
/** Third frame, server → agent. A newer session of the same cluster fences this one. */
export const Welcome = Type.Object({
  type: Type.Literal('welcome'),
  sessionEpoch: Type.Integer(),
  /** Bearer for blobs, renewals and registry tokens of this session. */
  sessionToken: Type.String(),
  heartbeatMs: Type.Integer(),
  /** While it is away, the agent dials about this often; the more agents a server has, the seldomer. */
  redialMs: Type.Optional(Type.Integer()),
  desired: Type.Union([Type.Null(), DesiredState]),
})

const LayerReport = Type.Object({
  id: Type.String(),
  state: Type.Union([
    Type.Literal('WaitingForOtherLayers'),
    Type.Literal('ReadyForInstall'),
    Type.Literal('Installed'),
    Type.Literal('Ready'),
    Type.Literal('Error'),
  ]),
  message: Type.String({ maxLength: 4096 }),
  startedAt: Type.Union([Type.Null(), Type.String()]),
  finishedAt: Type.Union([Type.Null(), Type.String()]),
  installedDigest: Type.Union([Type.Null(), Type.String()]),
})
export type LayerReport = Static<typeof LayerReport>

export const DeviationReport = Type.Object({
  id: Type.String({ maxLength: 128 }),
  type: Type.Union([
    Type.Literal('changed'),
    Type.Literal('deleted'),
    Type.Literal('failed-release'),
    Type.Literal('node'),
  ]),
  object: Type.String({ maxLength: 512 }),
  layer: Type.Union([Type.Null(), Type.String()]),
  diff: Type.Array(Type.Object({ path: Type.String(), live: Type.Unknown(), desired: Type.Unknown() }), {
    maxItems: 100,
  }),
  detectedAt: Type.String(),
  action: Type.Union([Type.Literal('heal'), Type.Literal('alert')]),
  state: Type.Union([Type.Literal('open'), Type.Literal('repaired'), Type.Literal('failed')]),
  message: Type.String({ maxLength: 4096 }),
  resolvedAt: Type.Union([Type.Null(), Type.String()]),
  /** Present while somebody changes it again as often as it is put back: the manager that does; empty when unknown. */
  contestedBy: Type.Optional(Type.String({ maxLength: 256 })),
})
export type DeviationReport = Static<typeof DeviationReport>

export const NodeReport = Type.Object({
  name: Type.String(),
  providerId: Type.String(),
  ready: Type.Boolean(),
  message: Type.String({ maxLength: 1024 }),
  /** Since when it is not ready; null while it is. */
  notReadySince: Type.Union([Type.Null(), Type.String()]),
  /** No new pods come to it, whoever saw to that. */
  unschedulable: Type.Optional(Type.Literal(true)),
  /** The request for maintenance that was last done to it (`maintenanceMark`), and why the present one cannot be done, if so. */
  maintenance: Type.Optional(Type.Object({ done: Type.String(), problem: Type.String({ maxLength: 256 }) })),
})
export type NodeReport = Static<typeof NodeReport>

const KubeEvent = Type.Object({
  id: Type.String(),
  at: Type.String(),
  severity: Type.Union([Type.Literal('Info'), Type.Literal('Warning'), Type.Literal('Error')]),
  reason: Type.String({ maxLength: 256 }),
  message: Type.String({ maxLength: 1024 }),
  involved: Type.String({ maxLength: 512 }),
  source: Type.String({ maxLength: 256 }),
})

/** Agent → server. Delivered at least once: each carries `seq`, acknowledged by number; effects are idempotent. */
export const AgentMessage = Type.Union([
  Type.Object({ type: Type.Literal('heartbeat'), seq: Type.Integer(), at: Type.String() }),
  Type.Object({
    type: Type.Literal('state'),
    seq: Type.Integer(),
    /** The newest desired state fully applied; null before the first. */
    applied: Type.Union([Type.Null(), Type.Object({ epoch: Type.Integer(), generation: Type.Integer() })]),
    /** The desired state the layers below belong to. */
    working: Type.Union([Type.Null(), Type.Object({ epoch: Type.Integer(), generation: Type.Integer() })]),
    layers: Type.Array(LayerReport, { maxItems: 200 }),
    health: Type.Object({
      state: Type.Union([Type.Literal('Healthy'), Type.Literal('UnHealthy'), Type.Literal('Unknown')]),
      message: Type.String({ maxLength: 4096 }),
    }),
    nodes: Type.Array(NodeReport, { maxItems: 5000 }),
    /** Ids of all deviations the agent knows of that are not repaired; absent when there are too many to name. */
    openDeviations: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: linkLimits.openDeviations })),
    kubernetesVersion: Type.String({ maxLength: 64 }),
    metrics: Type.Object({
      cpuCoresTotal: Type.Number(),
      cpuCoresUsed: Type.Number(),
      memoryBytesTotal: Type.Number(),
      memoryBytesUsed: Type.Number(),
      nodesTotal: Type.Integer(),
      nodesReady: Type.Integer(),
      podsTotal: Type.Integer(),
      podsRunning: Type.Integer(),
    }),
  }),
  Type.Object({
    type: Type.Literal('deviations'),
    seq: Type.Integer(),
    items: Type.Array(DeviationReport, { maxItems: 200 }),
  }),
  Type.Object({ type: Type.Literal('events'), seq: Type.Integer(), items: Type.Array(KubeEvent, { maxItems: 200 }) }),
])
export type AgentMessage = Static<typeof AgentMessage>

/** Server → agent. */
export const ServerMessage = Type.Union([
  Type.Object({ type: Type.Literal('ack'), seq: Type.Integer() }),
  Type.Object({ type: Type.Literal('desired'), desired: DesiredState }),
  Type.Object({ type: Type.Literal('bye'), reason: Type.String() }),
  PreviewRequest,
])
export type ServerMessage = Static<typeof ServerMessage>
