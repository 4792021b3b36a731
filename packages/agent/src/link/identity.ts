import { X509Certificate } from 'node:crypto'
import type { EnrolAnswer } from '@atrium/api/link/protocol.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createKeyPair, keyPairFromPem, splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import { createSigningRequest } from '@atrium/runtime/pki/pki.ts'
import type { AgentIdentity, IdentityStore } from '../ports.ts'
import { type Enrolment, tokenHash } from './enrolment.ts'
import type { PlaneAddress, PlaneHttp } from './plane-http.ts'

export interface IdentityDeps {
  store: IdentityStore
  plane: PlaneHttp
  clock: Clock
  logger: Logger
  agentVersion: string
}

/**
 * The agent's certified identity: the stored one, or a new one made with the enrolment token.
 * The key is made here and never leaves; it is stored before the request, so that a crash or a lost answer is cured by
 * asking again with the same key. `rejected`: the plane refused the stored certificate, so only a fresh token can help.
 */
export const ensureIdentity = async (
  deps: IdentityDeps,
  enrolment: Enrolment,
  rejected: boolean,
): Promise<AgentIdentity> => {
  const stored = await deps.store.load()
  const hash = tokenHash(enrolment.token)
  const foreign = stored !== null && stored.clusterUid !== enrolment.clusterUid
  const usable = stored !== null && !foreign && stored.certificatePem !== '' && !hasExpired(stored, deps.clock)
  if (usable && !(rejected && stored.tokenHash !== hash)) return stored
  if (stored && !foreign && stored.certificatePem !== '' && stored.tokenHash === hash)
    throw new AtriumError(
      'InvalidState',
      `The certificate expired at ${stored.notAfter} and the enrolment token was used before: push the agent's enrolment Secret anew.`,
    )
  const pending = stored && !foreign && stored.tokenHash === hash ? stored : await newIdentity(enrolment, hash)
  if (pending !== stored) await deps.store.save(pending)
  return enrol(deps, enrolment, pending)
}

/** A certificate for a fresh key, asked for over the live session. */
export const renewIdentity = async (
  deps: IdentityDeps,
  address: PlaneAddress,
  session: Secret<string>,
  current: AgentIdentity,
): Promise<AgentIdentity> => {
  const keys = await createKeyPair()
  const answer = await deps.plane.renew(address, session, await createSigningRequest(keys))
  const renewed = certified({ ...current, privateKeyPem: new Secret(keys.privateKeyPem) }, answer)
  await deps.store.save(renewed)
  deps.logger.info({ notAfter: renewed.notAfter }, 'agent certificate renewed')
  return renewed
}

/** When to renew: between half and four fifths of the certificate's life, so that a fleet does not renew at once. */
export const renewalTimeMs = (identity: AgentIdentity, random: Random): number => {
  const certificate = new X509Certificate(splitPemBundle(identity.certificatePem)[0] ?? '')
  const startMs = certificate.validFromDate.getTime()
  return startMs + (certificate.validToDate.getTime() - startMs) * (0.5 + 0.3 * random.fraction())
}

const enrol = async (deps: IdentityDeps, enrolment: Enrolment, pending: AgentIdentity): Promise<AgentIdentity> => {
  const csr = await createSigningRequest(keyPairFromPem(pending.privateKeyPem.reveal()))
  const answer = await deps.plane.enrol(enrolment, {
    token: enrolment.token.reveal(),
    csr,
    agentVersion: deps.agentVersion,
  })
  const identity = certified(pending, answer)
  if (identity.clusterUid !== enrolment.clusterUid)
    throw new AtriumError('InvalidState', `The plane enrolled this agent as cluster ${answer.clusterUid}.`)
  await deps.store.save(identity)
  deps.logger.info({ clusterUid: identity.clusterUid, notAfter: identity.notAfter }, 'agent enrolled')
  return identity
}

const newIdentity = async (enrolment: Enrolment, hash: string): Promise<AgentIdentity> => ({
  clusterUid: enrolment.clusterUid,
  privateKeyPem: new Secret((await createKeyPair()).privateKeyPem),
  certificatePem: '',
  tokenHash: hash,
  caBundlePem: enrolment.caBundlePem,
  notAfter: '',
})

const certified = (identity: AgentIdentity, answer: EnrolAnswer): AgentIdentity => ({
  ...identity,
  clusterUid: answer.clusterUid,
  certificatePem: answer.certificate,
  caBundlePem: answer.caBundle,
  notAfter: answer.notAfter,
})

const hasExpired = (identity: AgentIdentity, clock: Clock): boolean => Date.parse(identity.notAfter) <= clock.now()
