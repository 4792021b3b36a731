import { X509Certificate } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { AtriumError } from '../base/errors.ts'
import { splitPemBundle } from './keys.ts'

const USAGE_OID = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const
const MAX_CHAIN = 4

export interface VerifyOptions {
  /** PEM bundle of the authorities that are trusted; each ends a chain. */
  trusted: string
  clock: Clock
  usage: 'server' | 'client'
}

/**
 * Checks a PEM chain (leaf first) against `trusted`: signatures, validity in time, authority bits and the leaf's usage.
 * Returns the leaf. Throws `Unauthorized` saying what is wrong.
 */
export const verifyChain = (chainPem: string, options: VerifyOptions): X509Certificate => {
  const chain = splitPemBundle(chainPem).map((pem) => new X509Certificate(pem))
  const leaf = chain[0]
  if (!leaf || chain.length > MAX_CHAIN) throw refused(`the chain holds ${chain.length} certificates`)
  if (leaf.ca) throw refused('the leaf is an authority')
  if (!leaf.keyUsage?.includes(USAGE_OID[options.usage])) throw refused(`it is not meant for ${options.usage} use`)
  const trusted = splitPemBundle(options.trusted).map((pem) => new X509Certificate(pem))
  let current = leaf
  for (let depth = 0; depth < MAX_CHAIN; depth += 1) {
    checkTime(current, options.clock)
    const anchor = trusted.find((authority) => isIssuedBy(current, authority))
    if (anchor) {
      checkTime(anchor, options.clock)
      return leaf
    }
    const next = chain.slice(1).find((authority) => authority !== current && isIssuedBy(current, authority))
    if (!next) break
    current = next
  }
  throw refused('it was not issued by a trusted authority')
}

/** True while the certificate is valid and has more than `marginMs` of its life left. */
export const isValidFor = (certificatePem: string, clock: Clock, marginMs: number): boolean => {
  const certificate = new X509Certificate(certificatePem)
  return (
    certificate.validFromDate.getTime() <= clock.now() && certificate.validToDate.getTime() > clock.now() + marginMs
  )
}

const isIssuedBy = (certificate: X509Certificate, authority: X509Certificate): boolean =>
  authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey)

const checkTime = (certificate: X509Certificate, clock: Clock): void => {
  const now = clock.now()
  if (certificate.validFromDate.getTime() > now)
    throw refused(
      `it is not valid before ${certificate.validFromDate.toISOString()}; compare the clocks of both machines`,
    )
  if (certificate.validToDate.getTime() < now) throw refused(`it expired at ${certificate.validToDate.toISOString()}`)
}

const refused = (why: string): AtriumError => new AtriumError('Unauthorized', `The certificate is refused: ${why}.`)
