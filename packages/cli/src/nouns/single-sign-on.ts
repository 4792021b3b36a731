import { findItem } from '../resources/kinds.ts'
import { domain } from '../resources/single-sign-on.ts'
import { ownTenant } from '../resources/tenancy.ts'
import type { Noun } from './noun.ts'

const domainNoun: Noun = {
  name: 'domain',
  description: 'domains of e-mails that the tenant lists, and whether they are proven to be its own',
  resource: domain,
  verbs: [
    {
      name: 'check',
      description: 'look for the record of a domain now',
      arguments: [['<domain>', 'as it is listed']],
      async run({ client }, { args: [wanted = ''] }) {
        const params = { tenantUid: await ownTenant(client), domain: (await findItem(client, domain, wanted)).uid }
        const { state, message } = await client.call('POST /atrium/v1/tenants/{tenantUid}/domains/{domain}/check', {
          params,
        })
        return `domain/${params.domain} ${state}: ${message}`
      },
    },
  ],
}

export const singleSignOnNouns: readonly Noun[] = [domainNoun]
