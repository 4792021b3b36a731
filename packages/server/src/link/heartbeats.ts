import { linkLimits } from '@atrium/api/link/protocol.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { withJitter } from '@atrium/runtime/base/random.ts'
import type { AgentName } from './agent-name.ts'
import type { HubDeps } from './hub.ts'

const FLUSH_MS = linkLimits.heartbeatMs
/** A session's row is written this often: what changes between two heartbeats is in memory alone. */
const TOUCH_MS = 30_000
const DEAD_MS = linkLimits.missedHeartbeats * linkLimits.heartbeatMs
/** A session on paper that its living server does not hold. Long enough for a slow flush, and for one that beats seldom and is late. */
const LOST_MS = TOUCH_MS + linkLimits.missedHeartbeats * linkLimits.slowestHeartbeatMs
const SWEEP_LIMIT = 500

type HeartbeatDeps = Pick<HubDeps, 'records' | 'clock' | 'random' | 'logger' | 'server'> & {
  status: Pick<HubDeps['status'], 'disconnected'>
}

interface Held {
  epoch: number
  heardAtMs: number
  touchAtMs: number
}

interface Ended {
  agent: AgentName
  epoch: number
  heardAt: Date
}

/** Keeps when agents were heard of, writes it in batches, one statement for each tenant, and finds sessions whose server died. */
export class Heartbeats {
  readonly #deps: HeartbeatDeps
  /** By tenant and cluster. */
  readonly #held = new Map<string, Map<string, Held>>()
  readonly #closing = new Set<Promise<void>>()
  readonly #unclosed = new Set<Ended>()
  readonly #stop = new AbortController()
  readonly #startedAtMs: number
  #loop: Promise<void> = Promise.resolve()

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps
    this.#startedAtMs = deps.clock.elapsed()
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all([this.#loop, ...this.#closing])
  }

  add({ tenant, clusterUid }: AgentName, epoch: number): void {
    const now = this.#deps.clock.now()
    const ofTenant = this.#held.get(tenant) ?? new Map<string, Held>()
    this.#held.set(tenant, ofTenant)
    const known = ofTenant.get(clusterUid)
    if (known?.epoch === epoch) known.heardAtMs = now
    // Opening it wrote its row. Spread, so that agents that came at once are not written at once ever after.
    else
      ofTenant.set(clusterUid, {
        epoch,
        heardAtMs: now,
        touchAtMs: now + withJitter(TOUCH_MS * 0.75, 0.25, this.#deps.random),
      })
  }

  /** When an agent that is connected here was last heard of, in ms since the epoch. */
  lastHeardMs(tenant: string, clusterUid: string): number | null {
    return this.#held.get(tenant)?.get(clusterUid)?.heardAtMs ?? null
  }

  /** The session is over. What cannot be stored of that now is stored with the next heartbeats. */
  async end(agent: AgentName, epoch: number): Promise<void> {
    const closing = this.#close({ agent, epoch, heardAt: new Date(this.#forget(agent, epoch)) })
    this.#closing.add(closing)
    await closing
    this.#closing.delete(closing)
  }

  /** Answers when the session was last heard of; now, when another one took its place here. */
  #forget({ tenant, clusterUid }: AgentName, epoch: number): number {
    const ofTenant = this.#held.get(tenant)
    const held = ofTenant?.get(clusterUid)
    if (held?.epoch !== epoch) return this.#deps.clock.now()
    ofTenant?.delete(clusterUid)
    return held.heardAtMs
  }

  /** In the cluster's status and, last, in the sessions table: a server that dies between leaves it to the sweep of another. */
  async #close(ended: Ended): Promise<void> {
    const { agent, epoch, heardAt } = ended
    const { status, records, clock, logger } = this.#deps
    try {
      await status.disconnected(agent, epoch, heardAt.toISOString())
      await records.closeSession(agent, epoch, new Date(clock.now()))
      this.#unclosed.delete(ended)
    } catch (error) {
      this.#unclosed.add(ended)
      logger.warn({ ...agent, epoch, reason: messageOf(error) }, 'end of session not stored; trying again')
    }
  }

  async #run(): Promise<void> {
    const { clock, logger, records, server } = this.#deps
    while (!this.#stop.signal.aborted) {
      try {
        await records.touchServer(server)
        for (const ended of [...this.#unclosed]) await this.#close(ended)
        await this.#flush()
        // Agents of a server that was started again are on their way: those that do not come are found a little later.
        if (clock.elapsed() - this.#startedAtMs >= DEAD_MS) await this.#sweep()
      } catch (error) {
        logger.warn({ reason: messageOf(error) }, 'heartbeats not stored; the next ones will be')
      }
      await clock.sleep(FLUSH_MS, this.#stop.signal)
    }
  }

  async #flush(): Promise<void> {
    const now = this.#deps.clock.now()
    for (const [tenant, held] of this.#held) {
      // One that fell silent keeps the time it was heard at: it is written as often as it is heard of.
      const due = [...held].filter(([, { heardAtMs, touchAtMs }]) => now >= touchAtMs && now - heardAtMs < DEAD_MS)
      if (due.length === 0) continue
      await this.#deps.records.touchSessions(
        tenant,
        due.map(([clusterUid, { epoch }]) => ({ clusterUid, epoch })),
      )
      for (const [, session] of due) session.touchAtMs = now + TOUCH_MS
    }
  }

  async #sweep(): Promise<void> {
    const { records, logger } = this.#deps
    const lost = await records.silentSessions({ deadMs: DEAD_MS, silentMs: LOST_MS }, SWEEP_LIMIT)
    for (const { heartbeatAt, epoch, ...agent } of lost) {
      logger.info({ ...agent, epoch }, 'session without a server ended')
      await this.#close({ agent, epoch, heardAt: heartbeatAt })
    }
  }
}
