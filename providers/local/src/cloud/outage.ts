import type { ProcessName } from './processes.ts'

/** Clients of a server that was away longer than this wait up to 40 s (etcd) or 60 s (API server) before they look again. */
export const LONG_OUTAGE_MS = 5_000
/** A first start may take this long before those that wait for it are better started anew. */
const SLOW_START_MS = 15_000

/** Since when something is down; null while it is up. */
export interface Outages {
  etcd: number | null
  apiserver: number | null
}

export interface Health {
  etcd: boolean
  apiserver: boolean
}

const clients: Record<keyof Outages, ProcessName[]> = {
  etcd: ['kube-apiserver'],
  apiserver: ['kube-controller-manager', 'kube-scheduler', 'kwok'],
}

/**
 * Notes who is down, and which clients must be restarted because what they depend on came back after a long outage.
 * `runningSince` tells when a client was started: one that started during the outage is spared unless that was long.
 */
export const followOutages = (
  before: Outages,
  health: Health,
  now: number,
  runningSince: (name: ProcessName) => number | null,
): { outages: Outages; restart: ProcessName[] } => {
  const outages = { ...before }
  const restart: ProcessName[] = []
  for (const server of ['etcd', 'apiserver'] as const) {
    const since = before[server]
    if (!health[server]) outages[server] = since ?? now
    else if (since !== null) {
      outages[server] = null
      const lastedMs = now - since
      if (lastedMs > LONG_OUTAGE_MS)
        restart.push(
          ...clients[server].filter((name) => {
            const startedAt = runningSince(name)
            return startedAt !== null && (startedAt < since || (name !== 'kube-apiserver' && lastedMs > SLOW_START_MS))
          }),
        )
    }
  }
  return { outages, restart }
}
