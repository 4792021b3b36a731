import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'

export interface ServerCertificate {
  certificatePem: string
  privateKeyPem: string
  /** Of the authority that signed it. */
  caPem: string
}

/** A certificate for a server of a test on 127.0.0.1, by an authority of its own. */
export async function issueServerCertificate(): Promise<ServerCertificate> {
  const deps = { clock: systemClock, random: systemRandom, validityMs: 3_600_000 }
  const authority = await createAuthority({ ...deps, commonName: 'test' })
  const names = { commonName: 'server', ipAddresses: ['127.0.0.1'] }
  const { certificatePem, privateKeyPem } = await issueCertificate(authority, { ...deps, ...names, usages: ['server'] })
  return { certificatePem, privateKeyPem, caPem: authority.certificatePem }
}
