import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Store, Tx } from '@atrium/runtime/store/store.ts'
import { isNewer } from '@atrium/tunnel/link/server-machine.ts'
import { readDesired } from '../content/desired-state.ts'
import type { AgentName } from './agent-name.ts'
import { linkActor } from './status.ts'

/** A cluster as its link sees it. `desired`: only when it is newer than what the agent was given. */
export interface Seen {
  agent: NonNullable<ClusterStatus['agent']> | null
  desired: DesiredState | null
}

export interface LooksDeps {
  store: Store
  clock: Clock
  logger: Logger
  /** What the agent was given last, or `undefined` when it is not connected here. */
  given(agent: AgentName): { epoch: number; generation: number } | null | undefined
  /** `null`: the cluster is gone. */
  seen(agent: AgentName, seen: Seen | null): void
}

/** Hints that come within this time are one look: a status is written several times in a row. */
const GATHER_MS = 10
const RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000
const AT_ONCE = 200

/** Looks at clusters that may have changed: many of a tenant in one transaction, one transaction of each tenant at a time. */
export class Looks {
  readonly #deps: LooksDeps
  /** Uids of clusters to look at, by tenant; a tenant stays while it is looked at. */
  readonly #hinted = new Map<string, Set<string>>()
  #isStopped = false

  constructor(deps: LooksDeps) {
    this.#deps = deps
  }

  stop(): void {
    this.#isStopped = true
  }

  hint({ tenant, clusterUid }: AgentName): void {
    const known = this.#hinted.get(tenant)
    if (known) return void known.add(clusterUid)
    this.#hinted.set(tenant, new Set([clusterUid]))
    this.#deps.clock.after(GATHER_MS, () => void this.#look(tenant, 0))
  }

  async #look(tenant: string, failures: number): Promise<void> {
    const hinted = this.#hinted.get(tenant)
    if (!hinted || this.#isStopped) return
    const uids = [...hinted].slice(0, AT_ONCE)
    for (const uid of uids) hinted.delete(uid)
    const looked = await this.#lookAt(tenant, uids)
    // On a quiet cluster no other hint comes.
    if (!looked) for (const uid of uids) hinted.add(uid)
    const delayMs = looked ? GATHER_MS : Math.min(RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
    if (hinted.size === 0) this.#hinted.delete(tenant)
    else this.#deps.clock.after(delayMs, () => void this.#look(tenant, looked ? 0 : failures + 1))
  }

  async #lookAt(tenant: string, uids: readonly string[]): Promise<boolean> {
    const { store, logger, given, seen } = this.#deps
    const agents = uids.map((clusterUid) => ({ tenant, clusterUid })).filter((agent) => given(agent) !== undefined)
    if (agents.length === 0) return true
    try {
      const found = await store.transaction(tenant, linkActor, (tx) => this.#read(tx, agents))
      for (const agent of agents) seen(agent, found.get(agent.clusterUid) ?? null)
      return true
    } catch (error) {
      logger.warn(
        { tenant, clusters: uids.length, reason: messageOf(error) },
        'desired states not read yet; trying again',
      )
      return false
    }
  }

  async #read(tx: Tx, agents: readonly AgentName[]): Promise<Map<string, Seen>> {
    const uid = agents.map(({ clusterUid }) => clusterUid)
    const { items } = await tx.listBrief('Cluster', { where: { uid } })
    const seen = items.map(async ({ meta, status }): Promise<[string, Seen]> => {
      const given = this.#deps.given({ tenant: meta.tenant, clusterUid: meta.uid })
      const { desired, agent = null } = status
      const isNew = desired !== undefined && (!given || isNewer(desired, given))
      return [meta.uid, { agent, desired: isNew ? await readDesired(tx, { status }) : null }]
    })
    return new Map(await Promise.all(seen))
  }
}
