import type { LookupAddress, lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { AddressRule } from './addresses.ts'
import { EgressError } from './error.ts'

/** Resolves once, and lets the socket dial only what was checked: a name that changes its answer gains nothing. */
export const guardedLookup =
  (permits: AddressRule, lookup: typeof systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0)
      const forbidden = addresses.find(({ address }) => !permits(address))
      const first = addresses[0]
      if (forbidden) return callback(denied(hostname, forbidden.address), '', 0)
      if (!first) return callback(new EgressError('network', `${hostname} has no address.`), '', 0)
      if (options.all) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }

export const denied = (host: string, address: string): EgressError =>
  new EgressError(
    'denied',
    `${host === address ? '' : `${host}: `}${address} is not a public address. Whoever runs the server can allow its network: ATRIUM_EGRESS_ALLOW.`,
  )
