import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { type Authority, createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import type { HostingFolder } from './folder.ts'

/** What a registry shows. */
export interface Shown {
  certificateFile: string
  keyFile: string
  /** The authority of its own that clients have to trust; null where the certificate was given. */
  authorityFile: string | null
  /** When the registry should be started anew, with another certificate; never for one that was given. */
  renewAtMs: number
}

const DAY_MS = 86_400_000
const AUTHORITY_MS = 3650 * DAY_MS
const CERTIFICATE_MS = 397 * DAY_MS
const RENEW_BEFORE_MS = 30 * DAY_MS

interface Deps {
  clock: Clock
  random: Random
}

/** A certificate that was given: readable, of this key, and good now. Throws saying what is wrong with it. */
export function givenCertificate(certificateFile: string, keyFile: string, { clock }: Pick<Deps, 'clock'>): Shown {
  const certificate = readAs('--certificate', certificateFile, (pem) => new X509Certificate(pem), 'a certificate (PEM)')
  const key = readAs('--key', keyFile, (pem) => createPrivateKey(pem), 'a private key (PEM)')
  if (!certificate.checkPrivateKey(key)) throw new Error(`--key: ${keyFile} is not the key of ${certificateFile}.`)
  const now = clock.now()
  if (now > certificate.validToDate.getTime())
    throw new Error(`--certificate: ${certificateFile} expired at ${certificate.validToDate.toISOString()}.`)
  if (now < certificate.validFromDate.getTime())
    throw new Error(`--certificate: ${certificateFile} is good from ${certificate.validFromDate.toISOString()} only.`)
  return { certificateFile, keyFile, authorityFile: null, renewAtMs: Number.POSITIVE_INFINITY }
}

function readAs<T>(option: string, file: string, read: (pem: string) => T, what: string): T {
  let pem: string
  try {
    pem = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`${option}: ${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
  try {
    return read(pem)
  } catch (error) {
    throw new Error(`${option}: ${file} holds no ${what.replace(/^a /, '')}.`, { cause: error })
  }
}

/** A certificate of our own authority for these names, made at the first start and whenever it ends soon or lacks a name. */
export async function ownCertificate(folder: HostingFolder, names: readonly string[], deps: Deps): Promise<Shown> {
  const authority = await openAuthority(folder, deps)
  const certificateFile = folder.pki('tls.crt')
  const keyFile = folder.pki('tls.key')
  if (!isGood(certificateFile, keyFile, authority, names, deps.clock)) {
    const issued = await issueCertificate(authority, {
      ...deps,
      commonName: 'registry',
      dnsNames: names.filter((name) => isIP(name) === 0),
      ipAddresses: names.filter((name) => isIP(name) !== 0),
      usages: ['server'],
      validityMs: CERTIFICATE_MS,
    })
    writeFileAtomically(keyFile, issued.privateKeyPem)
    writeFileAtomically(certificateFile, issued.certificatePem)
  }
  const { validToDate } = new X509Certificate(readFileSync(certificateFile))
  const renewAtMs = validToDate.getTime() - RENEW_BEFORE_MS
  return { certificateFile, keyFile, authorityFile: folder.pki('ca.crt'), renewAtMs }
}

async function openAuthority(folder: HostingFolder, deps: Deps): Promise<Authority> {
  const [certificateFile, keyFile] = [folder.pki('ca.crt'), folder.pki('ca.key')]
  if (existsSync(certificateFile) && existsSync(keyFile))
    return { certificatePem: readFileSync(certificateFile, 'utf8'), privateKeyPem: readFileSync(keyFile, 'utf8') }
  const authority = await createAuthority({ ...deps, commonName: 'Atrium registry', validityMs: AUTHORITY_MS })
  writeFileAtomically(keyFile, authority.privateKeyPem)
  // Everybody may know whom to trust.
  writeFileAtomically(certificateFile, authority.certificatePem, 0o644)
  return authority
}

function isGood(
  certificateFile: string,
  keyFile: string,
  authority: Authority,
  names: readonly string[],
  clock: Clock,
): boolean {
  if (!existsSync(certificateFile) || !existsSync(keyFile)) return false
  const certificate = new X509Certificate(readFileSync(certificateFile))
  return (
    certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile))) &&
    certificate.verify(new X509Certificate(authority.certificatePem).publicKey) &&
    certificate.validToDate.getTime() - RENEW_BEFORE_MS > clock.now() &&
    names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined)
  )
}
