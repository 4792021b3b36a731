import { linkLimits } from '@atrium/api/link/protocol.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { AgentName } from './agent-name.ts'
import type { HubDeps } from './hub.ts'

const FLUSH_MS = linkLimits.heartbeatMs
/** A session on paper that nobody holds: its server died. Long enough for a slow flush of a live one. */
const LOST_AFTER_MS = 6 * linkLimits.heartbeatMs
const SWEEP_LIMIT = 500

/** Writes heartbeats in batches, one statement for each tenant, and finds sessions whose server died. */
export class Heartbeats {
  readonly #deps: Pick<HubDeps, 'records' | 'status' | 'clock' | 'logger'>
  readonly #pending = new Map<string, Map<string, { clusterUid: string; epoch: number }>>()
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(deps: Pick<HubDeps, 'records' | 'status' | 'clock' | 'logger'>) {
    this.#deps = deps
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  add({ tenant, clusterUid }: AgentName, epoch: number): void {
    const ofTenant = this.#pending.get(tenant) ?? new Map()
    ofTenant.set(clusterUid, { clusterUid, epoch })
    this.#pending.set(tenant, ofTenant)
  }

  /** Marks the session ended, in the cluster's status and, last, in the sessions table: until then the sweep comes back to it. */
  async closeSession(agent: AgentName, epoch: number, lastHeartbeatAt: Date): Promise<void> {
    await this.#deps.status.disconnected(agent, epoch, lastHeartbeatAt.toISOString())
    await this.#deps.records.closeSession(agent, epoch, new Date(this.#deps.clock.now()))
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#deps
    while (!this.#stop.signal.aborted) {
      await clock.sleep(FLUSH_MS, this.#stop.signal)
      try {
        await this.#flush()
        await this.#sweep()
      } catch (error) {
        logger.warn({ reason: messageOf(error) }, 'heartbeats not stored; the next ones will be')
      }
    }
  }

  async #flush(): Promise<void> {
    const batches = [...this.#pending]
    this.#pending.clear()
    for (const [tenant, sessions] of batches) await this.#deps.records.touchSessions(tenant, [...sessions.values()])
  }

  async #sweep(): Promise<void> {
    const { records, logger } = this.#deps
    const lost = await records.silentSessions(LOST_AFTER_MS, SWEEP_LIMIT)
    for (const { heartbeatAt, epoch, ...agent } of lost) {
      logger.info({ ...agent, epoch }, 'session without a server ended')
      await this.#closeLost(agent, epoch, heartbeatAt)
    }
  }

  /** One that cannot be closed does not keep the others open. */
  async #closeLost(agent: AgentName, epoch: number, heartbeatAt: Date): Promise<void> {
    try {
      await this.closeSession(agent, epoch, heartbeatAt)
    } catch (error) {
      this.#deps.logger.warn({ ...agent, epoch, reason: messageOf(error) }, 'end of session not stored; trying again')
    }
  }
}
