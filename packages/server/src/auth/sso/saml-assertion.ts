import type { Profile } from '@node-saml/node-saml'
import { answerRefused } from './refusal.ts'
import { children, type XmlNode } from './saml-xml.ts'

/** Whom an assertion must be for. */
export interface Expected {
  /** Of the provider. */
  entityId: string
  /** The address it was sent to. */
  acs: string
  requestId: string
  nowMs: number
  skewMs: number
}

const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

/**
 * What the library leaves open, looked at in what was signed alone: that this provider says it, to this very address, in answer to
 * this very request, and still. Without it an assertion for another service, or one that nobody asked for, could be carried here.
 */
export function mustBeFor(profile: Profile, expected: Expected): void {
  const { Assertion: assertion } = (profile.getAssertion?.() ?? {}) as { Assertion?: XmlNode }
  const [issuer] = children(assertion, 'Issuer')
  if (issuer?._?.trim() !== expected.entityId) throw answerRefused(`it is of '${issuer?._ ?? 'nobody'}'`)
  if (!profile.nameID) throw answerRefused('it names nobody')
  const confirmations = children(children(assertion, 'Subject')[0], 'SubjectConfirmation')
  const reasons = confirmations.map((one) => problemOf(one, expected))
  if (!reasons.includes(null)) throw answerRefused(reasons[0] ?? 'it confirms no subject')
  if (children(assertion, 'AuthnStatement').length === 0) throw answerRefused('it says of nobody that they signed in')
}

/** Why a confirmation does not hold; null = it holds. */
function problemOf(confirmation: XmlNode, { acs, requestId, nowMs, skewMs }: Expected): string | null {
  if (confirmation.$?.['Method'] !== bearer) return 'its subject is not confirmed as its bearer'
  const {
    Recipient,
    InResponseTo,
    NotOnOrAfter = '',
    NotBefore,
  } = children(confirmation, 'SubjectConfirmationData')[0]?.$ ?? {}
  if (Recipient !== acs) return `it is for '${Recipient ?? 'nobody'}' instead of '${acs}'`
  if (InResponseTo !== requestId) return 'it answers no request of this sign-in'
  const endMs = Date.parse(NotOnOrAfter)
  if (!(nowMs < endMs + skewMs)) return 'it has expired'
  if (NotBefore !== undefined) return 'its subject is confirmed only from a later moment'
  return null
}
