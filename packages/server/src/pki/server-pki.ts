import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { certificateFingerprint, publicKeyFingerprint, splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import { type Authority, createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import { isValidFor, verifyChain } from '@atrium/runtime/pki/verify.ts'
import type { ServerConfig } from '../config/config.ts'

const DAY_MS = 24 * 3600_000
const AUTHORITY_MS = 10 * 365 * DAY_MS
const CERTIFICATE_MS = 397 * DAY_MS
/** A certificate with less life than this is renewed at start. */
const CERTIFICATE_MARGIN_MS = 60 * DAY_MS
/** The next authority is made, and told to every client, so long before it begins to sign. */
const NEXT_AUTHORITY_MS = 3 * 365 * DAY_MS
const SWITCH_AUTHORITY_MS = 2 * 365 * DAY_MS

export interface PkiFilesDeps {
  clock: Clock
  random: Random
  logger: Logger
}

/** Everything the server shows and trusts. */
export interface ServerPki {
  tls: { key: string; cert: string }
  /** What clients trust the server by, PEM; and the file that holds it, to be printed. */
  trust: string
  trustFile: string
  /** Signs the certificates of agents. */
  agentAuthority: Authority
  agentTrust: string
  /** Stands for this installation in what agents sign: stays the same for as long as its agents' authority. */
  installation: string
  /** Fingerprints of the certificates an agent may see. */
  fingerprints: string[]
}

/** Opens the folder of certificates, and makes or renews what is missing or near its end. Two servers share one folder only when it is writable by one. */
export const openServerPki = async (config: ServerConfig, deps: PkiFilesDeps): Promise<ServerPki> => {
  const agents = await openAuthority(join(config.pkiDir, 'agents-ca'), 'Atrium agents', deps)
  const own = config.tls === null ? await openOwn(config, deps) : openOperators(config.tls, deps)
  const proxies = config.proxyCertFile === null ? [] : splitPemBundle(readFileSync(config.proxyCertFile, 'utf8'))
  const shown = [splitPemBundle(own.tls.cert)[0] ?? '', ...proxies]
  return {
    ...own,
    agentAuthority: agents.issuer,
    agentTrust: agents.trust,
    installation: publicKeyFingerprint(agents.issuer.certificatePem).slice(0, 32),
    fingerprints: shown.map((pem) => certificateFingerprint(pem)),
  }
}

type OwnPki = Pick<ServerPki, 'tls' | 'trust' | 'trustFile'>

const openOwn = async (config: ServerConfig, deps: PkiFilesDeps): Promise<OwnPki> => {
  const authority = await openAuthority(join(config.pkiDir, 'ca'), 'Atrium', deps)
  const certFile = join(config.pkiDir, 'server.crt')
  const keyFile = join(config.pkiDir, 'server.key')
  const names = {
    dnsNames: [...new Set(['localhost', hostname(), ...config.names.dns])],
    ipAddresses: [...new Set(['127.0.0.1', '::1', ...config.names.ip])],
  }
  // The names are part of the file, so that a changed name leads to a new certificate.
  const namesFile = join(config.pkiDir, 'server.names')
  const wanted = JSON.stringify(names)
  if (!isGood(certFile, authority.trust, deps.clock) || readOr(namesFile, '') !== wanted || !existsSync(keyFile)) {
    const issued = await issueCertificate(authority.issuer, {
      ...deps,
      ...names,
      commonName: hostname().slice(0, 64),
      usages: ['server'],
      validityMs: CERTIFICATE_MS,
    })
    writeFileAtomically(keyFile, issued.privateKeyPem)
    writeFileAtomically(certFile, issued.certificatePem, 0o644)
    writeFileAtomically(namesFile, wanted)
    deps.logger.info({ ...names, notAfter: issued.notAfter }, 'server certificate issued')
  }
  return {
    tls: { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') },
    trust: authority.trust,
    trustFile: authority.trustFile,
  }
}

const isGood = (certFile: string, trusted: string, clock: Clock): boolean => {
  const certificate = readOr(certFile, '')
  try {
    verifyChain(certificate, { trusted, clock, usage: 'server' })
  } catch {
    return false
  }
  return isValidFor(certificate, clock, CERTIFICATE_MARGIN_MS)
}

const openOperators = (tls: NonNullable<ServerConfig['tls']>, deps: PkiFilesDeps): OwnPki => {
  const [key, cert, trust] = [tls.keyFile, tls.certFile, tls.caFile].map((file) => readFileSync(file, 'utf8'))
  if (!key || !cert || !trust) throw new AtriumError('InvalidState', 'A file of the TLS certificate is empty.')
  try {
    verifyChain(cert, { trusted: trust, clock: deps.clock, usage: 'server' })
  } catch (error) {
    throw new AtriumError('InvalidState', `${tls.certFile} does not work with ${tls.caFile}: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return { tls: { key, cert }, trust, trustFile: tls.caFile }
}

/**
 * The authority below `<base>.crt` and `<base>.key`. The .crt is the bundle clients trust: the issuer first. When the
 * issuer's last years begin, a next one is made and trusted first, and signs only a year later: nobody is cut off.
 */
const openAuthority = async (
  base: string,
  commonName: string,
  deps: PkiFilesDeps,
): Promise<{ issuer: Authority; trust: string; trustFile: string }> => {
  const files = { trust: `${base}.crt`, key: `${base}.key`, next: `${base}-next.crt`, nextKey: `${base}-next.key` }
  let current = readAuthority(files.trust, files.key)
  let next = readAuthority(files.next, files.nextKey)
  const create = (): Promise<Authority> => createAuthority({ ...deps, commonName, validityMs: AUTHORITY_MS })
  if (!current || !isValidFor(current.certificatePem, deps.clock, 0)) {
    current = next ?? (await create())
    next = null
    deps.logger.info({ file: files.trust }, `authority "${commonName}" made`)
  } else if (!next && !isValidFor(current.certificatePem, deps.clock, NEXT_AUTHORITY_MS)) {
    next = await create()
    deps.logger.info({ file: files.next }, `next authority "${commonName}" made; clients learn it from now on`)
  }
  const switches = next !== null && !isValidFor(current.certificatePem, deps.clock, SWITCH_AUTHORITY_MS)
  const issuer = switches && next ? next : current
  const trusted = [issuer, current, next].filter((authority) => authority !== null)
  const trust = [...new Set(trusted.map(({ certificatePem }) => certificatePem))].join('')
  writeAuthority(files.key, files.trust, current, trustOf(current, next))
  if (next) writeAuthority(files.nextKey, files.next, next, next.certificatePem)
  return { issuer, trust, trustFile: files.trust }
}

const trustOf = (current: Authority, next: Authority | null): string =>
  current.certificatePem + (next?.certificatePem ?? '')

const readAuthority = (certFile: string, keyFile: string): Authority | null => {
  const certificatePem = splitPemBundle(readOr(certFile, ''))[0]
  const privateKeyPem = readOr(keyFile, '')
  return certificatePem && privateKeyPem ? { certificatePem: `${certificatePem}\n`, privateKeyPem } : null
}

const writeAuthority = (keyFile: string, certFile: string, authority: Authority, certificates: string): void => {
  if (readOr(keyFile, '') !== authority.privateKeyPem) writeFileAtomically(keyFile, authority.privateKeyPem)
  if (readOr(certFile, '') !== certificates) writeFileAtomically(certFile, certificates, 0o644)
}

const readOr = (file: string, fallback: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : fallback)
