import type { DomainOutcome, EmailDomain } from '../../store/identity/email-domains.ts'
import type { Challenge } from './challenge.ts'

/** Whether people of this domain are led to the tenant, and what to do where they are not, in a sentence or two. */
export function tellDomain(domain: EmailDomain, { name, value }: Challenge): string {
  const { confirmed, lostSince, lastLook, reason } = domain
  if (confirmed?.by === 'operator') return 'An operator of this installation vouches for it.'
  const wanted = `Publish a TXT record at ${name} with the text ${value}`
  if (confirmed) {
    return lostSince === null
      ? 'Its record proves it. Leave the record there.'
      : `Its record is not there since ${lostSince}; after a week it is confirmed no longer. ${wanted}.`
  }
  const why = lastLook === null ? 'Nobody has looked yet.' : outcomes[lastLook.outcome](lastLook.found)
  const steps = lastLook?.outcome === 'taken' ? why : `${why} ${wanted}, or ask an operator of this installation.`
  return reason === '' ? steps : `${reason} ${steps}`
}

/** No tenant is told which other one it is. */
export const takenMessage =
  'Another organisation of this installation has this domain confirmed. It is free once its record there is gone for a week, or it is listed there no longer; ask an operator of this installation.'

const outcomes: Record<DomainOutcome, (found: readonly string[]) => string> = {
  published: () => 'Its record is there.',
  absent: () => 'There is no TXT record.',
  different: () => 'There are other texts than the one that is wanted.',
  unreachable: ([code]) => `Name servers could not be asked, or did not answer (${code}).`,
  taken: () => takenMessage,
}
