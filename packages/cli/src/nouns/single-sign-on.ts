import { findItem } from '../resources/kinds.ts'
import { domain, samlKey } from '../resources/single-sign-on.ts'
import { ownTenant } from '../resources/tenancy.ts'
import type { Noun, Verb } from './noun.ts'

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

function keyVerb(
  name: string,
  description: string,
  route: 'POST /atrium/v1/tenants/{tenantUid}/saml/keys' | 'POST /atrium/v1/tenants/{tenantUid}/saml/keys/activate',
): Verb {
  return {
    name,
    description,
    async run({ client }) {
      const { items } = await client.call(route, { params: { tenantUid: await ownTenant(client) } })
      return items.map(({ use, message }) => `saml-key/${use}: ${message}`).join('\n')
    },
  }
}

const samlKeyNoun: Noun = {
  name: 'saml-key',
  description: 'keys by which the tenant signs, where its people sign in by SAML',
  resource: samlKey,
  verbs: [
    keyVerb('create', 'make the next key', 'POST /atrium/v1/tenants/{tenantUid}/saml/keys'),
    keyVerb(
      'activate',
      'sign by the next key, once the identity provider has its certificate',
      'POST /atrium/v1/tenants/{tenantUid}/saml/keys/activate',
    ),
  ],
}

export const singleSignOnNouns: readonly Noun[] = [domainNoun, samlKeyNoun]
