import { lookup as systemLookup } from 'node:dns'
import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net'
import { addressRule } from './addresses.ts'
import type { EgressOptions } from './egress.ts'
import { denied, guardedLookup } from './guarded-lookup.ts'

/** Where to, and the end of it: when `signal` aborts the connection is destroyed, also one that stands. */
export interface DialTarget {
  host: string
  port: number
  signal: AbortSignal
}

/** The way out for protocols other than HTTP, by the same rule. Rejects with `EgressError` for what is not permitted, else as the socket does. */
export type Dial = (target: DialTarget) => Promise<Socket>

export function createDial({
  allowedRanges,
  lookup = systemLookup,
}: Pick<EgressOptions, 'allowedRanges' | 'lookup'>): Dial {
  const permits = addressRule(allowedRanges)
  const guarded = guardedLookup(permits, lookup)
  return ({ host, port, signal }) =>
    new Promise((resolve, reject) => {
      if (isIP(host) !== 0 && !permits(host)) return reject(denied(host, host))
      const options: TcpNetConnectOpts = { host, port, lookup: guarded, signal }
      const socket = connect(options)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(socket)
      })
    })
}
