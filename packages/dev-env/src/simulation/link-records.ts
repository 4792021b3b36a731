import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { AgentName } from '@atrium/server/link/agent-name.ts'
import type { HubDeps } from '@atrium/server/link/hub.ts'

interface Session extends AgentName {
  server: string
  epoch: number
  heardAtMs: number
  isClosed: boolean
}

type Records = HubDeps['records']

/** What the database knows of sessions and enrolments, by the rules of `LinkRecords`' statements. */
export class MemoryLinkRecords implements Records {
  readonly #sessions = new Map<string, Session>()
  /** When each server was last seen. */
  readonly #servers = new Map<string, number>()
  /** The newest enrolment token of each cluster, and the key that spent it. */
  readonly #tokens = new Map<string, { token: string; usedBy: string | null }>()
  readonly #keys = new Map<string, string>()
  /** The database's. */
  readonly #clock: Clock
  #issued = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issueToken(clusterUid: string): string {
    const token = `token-${++this.#issued}`
    this.#tokens.set(clusterUid, { token, usedBy: null })
    return token
  }

  /** True when the token is good and was spent by nobody else. */
  spendToken(clusterUid: string, token: string, key: string): boolean {
    const known = this.#tokens.get(clusterUid)
    if (known?.token !== token || (known.usedBy !== null && known.usedBy !== key)) return false
    known.usedBy = key
    this.#keys.set(key, clusterUid)
    return true
  }

  clusterOfKey(key: string): string | null {
    return this.#keys.get(key) ?? null
  }

  openSessions: Records['openSessions'] = async (tenant, { server }, sessions) => {
    const heardAtMs = this.#clock.now()
    const epochs = new Map<string, number>()
    for (const { clusterUid } of sessions) {
      const epoch = (this.#sessions.get(clusterUid)?.epoch ?? 0) + 1
      this.#sessions.set(clusterUid, { tenant, clusterUid, server, epoch, heardAtMs, isClosed: false })
      epochs.set(clusterUid, epoch)
    }
    return epochs
  }

  /** No operator is simulated. */
  closedTenants: Records['closedTenants'] = async () => []

  closeSession: Records['closeSession'] = async ({ clusterUid }, epoch) => {
    const session = this.#sessions.get(clusterUid)
    if (session?.epoch !== epoch || session.isClosed) return false
    session.isClosed = true
    return true
  }

  touchSessions: Records['touchSessions'] = async (_tenant, sessions) => {
    for (const { clusterUid, epoch } of sessions) {
      const session = this.#sessions.get(clusterUid)
      if (session?.epoch === epoch) session.heardAtMs = this.#clock.now()
    }
  }

  touchServer: Records['touchServer'] = async (server) => {
    this.#servers.set(server, this.#clock.now())
  }

  silentSessions: Records['silentSessions'] = async ({ deadMs, silentMs }, limit) =>
    [...this.#sessions.values()]
      .filter(({ isClosed, heardAtMs, server }) => {
        const seenAtMs = Math.max(heardAtMs, this.#servers.get(server) ?? 0)
        const now = this.#clock.now()
        return !isClosed && (heardAtMs < now - silentMs || seenAtMs < now - deadMs)
      })
      .toSorted((a, b) => a.heardAtMs - b.heardAtMs)
      .slice(0, limit)
      .map(({ tenant, clusterUid, epoch, heardAtMs }) => ({
        ...{ tenant, clusterUid, epoch },
        heartbeatAt: new Date(heardAtMs),
      }))
}
