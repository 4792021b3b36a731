import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { certificateFingerprint, publicKeyFingerprint, splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import type { Authority } from '@atrium/runtime/pki/pki.ts'
import { verifyChain } from '@atrium/runtime/pki/verify.ts'
import type { ServerConfig } from '../config/config.ts'
import { ensureCertificate, openAgentAuthority, openServerAuthority, type PkiFilesDeps } from './authorities.ts'

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
  const agents = await openAgentAuthority(config.pkiDir, deps)
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
  const authority = await openServerAuthority(config.pkiDir, deps)
  const tls = await ensureCertificate(join(config.pkiDir, 'server'), authority, deps, {
    dnsNames: [...new Set(['localhost', hostname(), ...config.names.dns])],
    ipAddresses: [...new Set(['127.0.0.1', '::1', ...config.names.ip])],
  })
  return { tls, trust: authority.trust, trustFile: authority.trustFile }
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
