import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { certificateFingerprint, publicKeyFingerprint, splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import type { Authority } from '@atrium/runtime/pki/pki.ts'
import { verifyChain } from '@atrium/runtime/pki/verify.ts'
import type { ServerConfig } from '../config/config.ts'
import { variableOf } from '../config/env.ts'
import { ensureCertificate, openAgentAuthority, openServerAuthority, type PkiFilesDeps } from './authorities.ts'

/** Everything the server shows and trusts. `tls`, `trust` and `fingerprints` are what they are now: see `renew`. */
export interface ServerPki {
  readonly tls: { key: string; cert: string }
  /** What clients trust the server by, PEM; and the file that holds it, to be printed. */
  readonly trust: string
  readonly trustFile: string
  /** Signs the certificates of agents. */
  agentAuthority: Authority
  agentTrust: string
  /** Stands for this installation in what agents sign: stays the same for as long as its agents' authority. */
  installation: string
  /** Fingerprints of the certificates an agent may see: also the former one, for connections that began before a renewal. */
  readonly fingerprints: string[]
  /** Makes a new certificate where the own one nears its end, or reads the operator's files again. True when `tls` is another one now. */
  renew(): Promise<boolean>
}

/** Opens the folder of certificates, and makes or renews what is missing or near its end. Two servers share one folder only when it is writable by one. */
export const openServerPki = async (config: ServerConfig, deps: PkiFilesDeps): Promise<ServerPki> => {
  const agents = await openAgentAuthority(config.pkiDir, deps)
  const open = async (): Promise<OwnPki> =>
    config.tls === null ? openOwn(config, deps) : openOperators(config.tls, advertisedHost(config), deps)
  const proxies = config.proxyCertFile === null ? [] : splitPemBundle(readFileSync(config.proxyCertFile, 'utf8'))
  let own = await open()
  let former: OwnPki | null = null
  const shown = ({ tls }: OwnPki): string => splitPemBundle(tls.cert)[0] ?? ''
  return {
    get tls() {
      return own.tls
    },
    get trust() {
      return own.trust
    },
    get trustFile() {
      return own.trustFile
    },
    agentAuthority: agents.issuer,
    agentTrust: agents.trust,
    installation: publicKeyFingerprint(agents.issuer.certificatePem).slice(0, 32),
    get fingerprints() {
      return [shown(own), ...(former ? [shown(former)] : []), ...proxies].map((pem) => certificateFingerprint(pem))
    },
    async renew() {
      const next = await open()
      const isOther = next.tls.cert !== own.tls.cert
      if (isOther) former = own
      own = next
      return isOther
    },
  }
}

type OwnPki = Pick<ServerPki, 'tls' | 'trust' | 'trustFile'>

/** The name or address that agents and people are told. */
const advertisedHost = ({ publicUrl }: ServerConfig): string =>
  new URL(publicUrl ?? 'https://localhost').hostname.replace(/^\[|\]$/g, '')

const openOwn = async (config: ServerConfig, deps: PkiFilesDeps): Promise<OwnPki> => {
  const authority = await openServerAuthority(config.pkiDir, deps)
  const tls = await ensureCertificate(join(config.pkiDir, 'server'), authority, deps, {
    dnsNames: [...new Set(['localhost', hostname(), ...config.names.dns])],
    ipAddresses: [...new Set(['127.0.0.1', '::1', ...config.names.ip])],
  })
  return { tls, trust: authority.trust, trustFile: authority.trustFile }
}

const openOperators = (tls: NonNullable<ServerConfig['tls']>, host: string, deps: PkiFilesDeps): OwnPki => {
  const [key, cert, trust] = [tls.keyFile, tls.certFile, tls.caFile].map((file) => readFileSync(file, 'utf8'))
  if (!key || !cert || !trust) throw new AtriumError('InvalidState', 'A file of the TLS certificate is empty.')
  try {
    verifyChain(cert, { trusted: trust, clock: deps.clock, usage: 'server' })
  } catch (error) {
    throw new AtriumError('InvalidState', `${tls.certFile} does not work with ${tls.caFile}: ${messageOf(error)}`, {
      cause: error,
    })
  }
  mustFit(tls, key, cert)
  mustName(tls.certFile, cert, host)
  return { tls: { key, cert }, trust, trustFile: tls.caFile }
}

/** Also while somebody replaces the files one after the other. */
const mustFit = (tls: NonNullable<ServerConfig['tls']>, key: string, cert: string): void => {
  if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return
  throw new AtriumError('InvalidState', `${tls.keyFile} is not the key of ${tls.certFile}.`)
}

/** Else agents and the registry's clients, who are told this name, would refuse the server one by one. */
const mustName = (certFile: string, cert: string, host: string): void => {
  const certificate = new X509Certificate(cert)
  const named = isIP(host) === 0 ? certificate.checkHost(host, { subject: 'never' }) : certificate.checkIP(host)
  if (named !== undefined) return
  throw new AtriumError(
    'InvalidState',
    `The certificate in ${certFile} (${variableOf('tlsCertFile')}) is not one for '${host}', where agents and clients are sent. Set ${variableOf('publicUrl')} to https:// and a name it has: ${certificate.subjectAltName ?? 'it has none'}.`,
    { details: { field: variableOf('publicUrl') } },
  )
}
