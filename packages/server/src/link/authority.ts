import type { EnrolAnswer, EnrolRequest } from '@atrium/api/link/protocol.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { certificateFingerprint, publicKeyFingerprint } from '@atrium/runtime/pki/keys.ts'
import { type Authority, signRequest } from '@atrium/runtime/pki/pki.ts'
import { verifyChain } from '@atrium/runtime/pki/verify.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import { type AgentName, agentNameOf, agentUri } from './agent-name.ts'
import type { LinkRecords } from './records.ts'
import { type AgentStatusWriter, agentActor } from './status.ts'
import { newLinkToken, parseLinkToken } from './tokens.ts'

export const AGENT_CERTIFICATE_MS = 3 * 24 * 3600_000
export const ENROLMENT_TOKEN_MS = 60 * 60_000

export interface AuthorityDeps {
  records: LinkRecords
  status: AgentStatusWriter
  store: Store
  /** Signs agents' certificates; apart from the one that signs the server's. */
  agentAuthority: Authority
  /** PEM of every authority whose agent certificates are still good. */
  agentTrust: string
  /** PEM bundle that agents shall trust the server by. */
  serverTrust: () => string
  clock: Clock
  random: Random
  logger: Logger
}

export interface IssuedEnrolment {
  token: Secret<string>
  /** RFC 3339. */
  expiresAt: string
}

/** Who may be an agent: tokens, certificates, revocation. */
export class AgentAuthority {
  readonly #deps: AuthorityDeps
  constructor(deps: AuthorityDeps) {
    this.#deps = deps
  }

  /** A single-use token for this cluster's agent; an older unused one is void from now on. */
  async issueEnrolment(agent: AgentName): Promise<IssuedEnrolment> {
    const { clock, random, records } = this.#deps
    const token = newLinkToken(agent.tenant, agent.clusterUid, random)
    const expiresAt = new Date(clock.now() + ENROLMENT_TOKEN_MS)
    await records.addEnrolment(token, new Date(clock.now()), expiresAt)
    return { token: token.secret, expiresAt: expiresAt.toISOString() }
  }

  /** Spends the token for the key that the request proves; throws `Unauthorized`, with one message whatever was wrong. */
  async enrol(request: EnrolRequest): Promise<EnrolAnswer> {
    const { records, clock, logger, status } = this.#deps
    const token = parseLinkToken(request.token)
    if (!token) throw refusedToken()
    // Certified first, so that a bad request burns no token; nobody sees this certificate unless the token is good.
    const certificate = await this.#certify(token, request.csr)
    const result = await records.spendEnrolment(
      token,
      publicKeyFingerprint(certificate.certificatePem),
      new Date(clock.now()),
    )
    if (result !== 'spent') {
      logger.warn({ tenant: token.tenant, cluster: token.clusterUid, result }, 'enrolment refused')
      if (result === 'used') await this.#alarm(token)
      throw refusedToken()
    }
    await this.#record(token, certificate.certificatePem, certificate.notAfter)
    await status.enrolled(token, isoNow(clock))
    logger.info({ tenant: token.tenant, cluster: token.clusterUid }, 'agent enrolled')
    return this.#answer(token, certificate)
  }

  /** A new certificate for an agent that is connected with a live one. */
  async renew(agent: AgentName, currentFingerprint: string, csr: string): Promise<EnrolAnswer> {
    if (!(await this.#deps.records.isCertificateLive(agent, currentFingerprint)))
      throw new AtriumError('Unauthorized', 'The certificate of this session was revoked.')
    const certificate = await this.#certify(agent, csr)
    await this.#record(agent, certificate.certificatePem, certificate.notAfter)
    await this.#deps.records.moveSession(agent, currentFingerprint, certificateFingerprint(certificate.certificatePem))
    return this.#answer(agent, certificate)
  }

  /** Whom the certificate speaks for, if we issued it and it is valid now; opening its session tells whether it was revoked. Throws `Unauthorized`. */
  identify(certificatePem: string): {
    agent: AgentName
    certificate: ReturnType<typeof verifyChain>
    fingerprint: string
  } {
    const { agentTrust, clock } = this.#deps
    const certificate = verifyChain(certificatePem, { trusted: agentTrust, clock, usage: 'client' })
    const agent = agentNameOf(certificate)
    if (!agent) throw new AtriumError('Unauthorized', 'The certificate names no agent.')
    return { agent, certificate, fingerprint: certificateFingerprint(certificate.raw) }
  }

  /** Ends everything the agent holds: certificates, session, unused tokens. A new enrolment token lets it back in. */
  async revoke(agent: AgentName): Promise<void> {
    const { records, status, clock } = this.#deps
    const epoch = await records.revoke(agent, new Date(clock.now()))
    if (epoch === null) return
    // What fails from here on is made good by the sweep of silent sessions.
    await status.fenced(agent, epoch)
    await records.closeSession(agent, epoch, new Date(clock.now()))
  }

  #certify(agent: AgentName, csr: string) {
    const { agentAuthority, clock, random } = this.#deps
    return signRequest(agentAuthority, csr, {
      clock,
      random,
      commonName: agent.clusterUid,
      uris: [agentUri(agent)],
      usages: ['client'],
      validityMs: AGENT_CERTIFICATE_MS,
    })
  }

  async #record(agent: AgentName, certificatePem: string, notAfter: Date): Promise<void> {
    const at = new Date(this.#deps.clock.now())
    await this.#deps.records.addCertificate(agent, certificateFingerprint(certificatePem), at, notAfter)
  }

  #answer(agent: AgentName, certificate: { certificatePem: string; notAfter: Date }): EnrolAnswer {
    return {
      clusterUid: agent.clusterUid,
      certificate: certificate.certificatePem,
      caBundle: this.#deps.serverTrust(),
      notAfter: certificate.notAfter.toISOString(),
    }
  }

  /** Somebody else holds a token that was used before: people must hear of it. */
  async #alarm(agent: AgentName): Promise<void> {
    const { store, clock } = this.#deps
    const at = new Date(clock.now()).toISOString()
    await store.transaction(agent.tenant, agentActor(agent), async (tx) => {
      if (!(await tx.get('Cluster', agent.clusterUid))) return
      await tx.appendEvents({ kind: 'Cluster', uid: agent.clusterUid }, [
        {
          id: `enrolment-reuse-${at}`,
          at,
          severity: 'Warning',
          reason: 'EnrolmentTokenReused',
          message:
            'A used enrolment token was presented again with another key, and refused. If no agent was reinstalled, somebody else read Secret atrium-agent-enrolment of the cluster: find out who can.',
          involved: 'Agent',
          source: 'link',
        },
      ])
    })
  }
}

const refusedToken = (): AtriumError =>
  new AtriumError('Unauthorized', 'The enrolment token is unknown, expired or used: push a new one into the cluster.')
