import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import { type Authority, createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import { isValidFor, verifyChain } from '@atrium/runtime/pki/verify.ts'

const DAY_MS = 24 * 3600_000
const AUTHORITY_MS = 10 * 365 * DAY_MS
const CERTIFICATE_MS = 397 * DAY_MS
/** A certificate with less life than this is renewed. */
const CERTIFICATE_MARGIN_MS = 60 * DAY_MS
/** The next authority is made, and told to every client, so long before it begins to sign. */
const NEXT_AUTHORITY_MS = 3 * 365 * DAY_MS
const SWITCH_AUTHORITY_MS = 2 * 365 * DAY_MS

export interface PkiFilesDeps {
  clock: Clock
  random: Random
  logger: Logger
}

/** An authority in files. */
export interface StoredAuthority {
  issuer: Authority
  /** PEM bundle that clients trust: the present authority, and the next one once there is one. */
  trust: string
  trustFile: string
}

/** The authority of the certificates that this installation's own servers show. */
export const openServerAuthority = (pkiDir: string, deps: PkiFilesDeps): Promise<StoredAuthority> =>
  openAuthority(join(pkiDir, 'ca'), 'Atrium', deps)

/** The authority of agents' certificates. */
export const openAgentAuthority = (pkiDir: string, deps: PkiFilesDeps): Promise<StoredAuthority> =>
  openAuthority(join(pkiDir, 'agents-ca'), 'Atrium agents', deps)

/** The server certificate below `<base>.crt` and `<base>.key`; issued anew when it is near its end or its names changed. */
export const ensureCertificate = async (
  base: string,
  authority: StoredAuthority,
  deps: PkiFilesDeps,
  names: { dnsNames: string[]; ipAddresses: string[] },
): Promise<{ key: string; cert: string }> => {
  const files = { cert: `${base}.crt`, key: `${base}.key`, names: `${base}.names` }
  const wanted = JSON.stringify(names)
  const good = isGood(readOr(files.cert), authority.trust, deps.clock) && readOr(files.names) === wanted
  if (!good || readOr(files.key) === '') {
    const issued = await issueCertificate(authority.issuer, {
      ...deps,
      ...names,
      commonName: basename(base),
      usages: ['server'],
      validityMs: CERTIFICATE_MS,
    })
    writeFileAtomically(files.key, issued.privateKeyPem)
    writeFileAtomically(files.cert, issued.certificatePem, 0o644)
    writeFileAtomically(files.names, wanted)
    deps.logger.info({ file: files.cert, ...names, notAfter: issued.notAfter }, 'certificate issued')
  }
  return { key: readOr(files.key), cert: readOr(files.cert) }
}

const isGood = (certificate: string, trusted: string, clock: Clock): boolean => {
  try {
    verifyChain(certificate, { trusted, clock, usage: 'server' })
  } catch {
    return false
  }
  return isValidFor(certificate, clock, CERTIFICATE_MARGIN_MS)
}

/**
 * The authority below `<base>.crt` and `<base>.key`. The .crt is the bundle that clients trust, the issuer first. When the
 * issuer's last years begin, a next one is made and trusted, and takes over a year later: nobody is cut off.
 */
const openAuthority = async (base: string, commonName: string, deps: PkiFilesDeps): Promise<StoredAuthority> => {
  const files = { trust: `${base}.crt`, key: `${base}.key`, next: `${base}-next.crt`, nextKey: `${base}-next.key` }
  const stored = readAuthority(files.trust, files.key)
  const lastsFor = (marginMs: number): boolean =>
    stored !== null && isValidFor(stored.certificatePem, deps.clock, marginMs)
  let next = readAuthority(files.next, files.nextKey)
  if (!next && !lastsFor(NEXT_AUTHORITY_MS)) {
    next = await createAuthority({ ...deps, commonName, validityMs: AUTHORITY_MS })
    writeAuthority(files.nextKey, files.next, next, next.certificatePem)
    deps.logger.info({ file: files.next }, `next authority "${commonName}" made; clients learn it from now on`)
  }
  const takesOver = next !== null && !lastsFor(SWITCH_AUTHORITY_MS)
  const issuer = (takesOver ? next : stored) ?? next
  if (issuer === null) throw new Error('an authority that does not last has a successor')
  const former = splitPemBundle(readOr(files.trust)).map((pem) => `${pem}\n`)
  const trusted = [issuer.certificatePem, ...(next ? [next.certificatePem] : []), ...former]
  const trust = [...new Set(trusted)].filter((pem) => isValidFor(pem, deps.clock, 0)).join('')
  writeAuthority(files.key, files.trust, issuer, trust)
  if (takesOver) for (const file of [files.next, files.nextKey]) rmSync(file, { force: true })
  return { issuer, trust, trustFile: files.trust }
}

/** Null too when key and certificate do not belong together: whoever wrote them was killed between the two. */
const readAuthority = (certFile: string, keyFile: string): Authority | null => {
  const certificatePem = splitPemBundle(readOr(certFile))[0]
  const privateKeyPem = readOr(keyFile)
  if (!certificatePem || !privateKeyPem) return null
  const belongs = new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem))
  return belongs ? { certificatePem: `${certificatePem}\n`, privateKeyPem } : null
}

const writeAuthority = (keyFile: string, certFile: string, authority: Authority, certificates: string): void => {
  if (readOr(keyFile) !== authority.privateKeyPem) writeFileAtomically(keyFile, authority.privateKeyPem)
  if (readOr(certFile) !== certificates) writeFileAtomically(certFile, certificates, 0o644)
}

const readOr = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')
