import type { Server } from 'node:tls'
import { RateLimiter } from '@atrium/runtime/base/rate-limit.ts'
import type { FastifyInstance } from 'fastify'
import type { AgentName } from './agent-name.ts'
import { AgentAuthority, type AuthorityDeps, type IssuedEnrolment } from './authority.ts'
import { LinkGate } from './gate.ts'
import { type HubDeps, LinkHub } from './hub.ts'
import { type PreviewQuestion, previewRequest } from './preview-request.ts'
import type { PreviewOutcome } from './previews.ts'
import { type LinkDatabase, LinkRecords } from './records.ts'
import { type IssueRegistryToken, registerLinkRoutes } from './routes.ts'
import { AgentStatusWriter } from './status.ts'
import { linkUpgradeHandler, type UpgradeHandler } from './upgrade.ts'

export interface LinkOptions
  extends Omit<AuthorityDeps, 'records' | 'status'>,
    Omit<HubDeps, 'records' | 'status' | 'authority'> {
  database: LinkDatabase
  issueRegistryToken: IssueRegistryToken
  /** The registry that takes those tokens; null without one. */
  registryUrl: string | null
}

/** The server's end of all agents: enrolment, sessions, desired state out, reports in. */
export interface Link {
  registerRoutes(app: FastifyInstance): void
  handleUpgrade: UpgradeHandler
  /** Has agents wait before TLS while more come than the server can take. */
  guard(server: Server): void
  /** A single-use token for the cluster's agent, for the Secret that is pushed into the cluster. */
  issueEnrolment(agent: AgentName): Promise<IssuedEnrolment>
  revokeAgent(agent: AgentName): Promise<void>
  /** When each cluster was last heard of (RFC 3339), by uid; those that never were are absent. Of agents at other servers, half a minute late. */
  lastHeartbeats: (tenant: string, clusterUids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Asks an agent that is connected to this server what would become of its cluster. Stores nothing. */
  preview(agent: AgentName, question: PreviewQuestion): Promise<PreviewOutcome>
  /** Agents connected to this server. */
  connections(): number
  start(): void
  stop(): Promise<void>
}

/** One address may host a whole fleet behind NAT: generous to it, yet hopeless for guessing. */
const ENROL_LIMIT = { burst: 60, perSecond: 1 }
const CONNECT_LIMIT = { burst: 500, perSecond: 50 }

export const createLink = (options: LinkOptions): Link => {
  const records = new LinkRecords(options.database)
  const status = new AgentStatusWriter(options.store)
  const authority = new AgentAuthority({ ...options, records, status })
  const hub = new LinkHub({ ...options, records, status, authority })
  const gate = new LinkGate({ clock: options.clock, backlog: () => hub.backlog })
  const enrolLimiter = new RateLimiter(options.clock, ENROL_LIMIT)
  return {
    registerRoutes: (app) => registerLinkRoutes(app, { ...options, authority, records, enrolLimiter }),
    handleUpgrade: linkUpgradeHandler(hub, gate, new RateLimiter(options.clock, CONNECT_LIMIT)),
    guard: (server) => gate.guard(server),
    issueEnrolment: (agent) => authority.issueEnrolment(agent),
    revokeAgent: (agent) => authority.revoke(agent),
    lastHeartbeats: async (tenant, clusterUids) => {
      const stored = await records.lastHeartbeats(tenant, clusterUids)
      for (const uid of clusterUids) {
        const heardMs = hub.lastHeardMs(tenant, uid)
        if (heardMs !== null) stored.set(uid, new Date(heardMs).toISOString())
      }
      return stored
    },
    async preview(agent, question) {
      const request = await previewRequest(options, agent, question)
      return typeof request === 'string' ? { reason: request } : hub.preview(agent, request)
    },
    connections: () => hub.size,
    start: () => hub.start(),
    stop() {
      gate.close()
      return hub.stop()
    },
  }
}
