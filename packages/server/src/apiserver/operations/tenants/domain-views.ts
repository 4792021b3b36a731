import type { AtriumEmailDomain } from '@atrium/api/generated/operations.d.ts'
import { challengeOf } from '../../../auth/domains/challenge.ts'
import { tellDomain } from '../../../auth/domains/tell.ts'
import type { EmailDomain } from '../../../store/identity/email-domains.ts'

export function viewDomain(domain: EmailDomain): AtriumEmailDomain {
  const record = challengeOf(domain.tenant, domain.domain)
  const { confirmed, lastLook, lostSince, nextLookAt, listedAt } = domain
  return {
    ...{ domain: domain.domain, state: confirmed ? 'confirmed' : 'waiting', listedAt, record },
    ...(confirmed && { confirmedAt: confirmed.at, confirmedBy: confirmed.by }),
    ...(lastLook && { lastLook }),
    ...(lostSince !== null && { lostSince }),
    ...(nextLookAt !== null && { nextLookAt }),
    message: tellDomain(domain, record),
  }
}
