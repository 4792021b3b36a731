import { createHash } from 'node:crypto'

/** What a tenant publishes to prove that a domain is its own. */
export interface Challenge {
  type: 'TXT'
  name: string
  value: string
}

/**
 * The same whenever it is asked for, so that a list that is written anew asks for no new record; another for each tenant and domain,
 * so that a record that somebody published proves nothing for anybody else. It is in public anyway, and no secret.
 */
export function challengeOf(tenant: string, domain: string): Challenge {
  const digest = createHash('sha256').update(`atrium domain\n${tenant}\n${domain}`).digest('hex')
  return { type: 'TXT', name: `_atrium-challenge.${domain}`, value: `atrium-domain=${digest.slice(0, 40)}` }
}
