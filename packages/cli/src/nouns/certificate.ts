import { findItem } from '../resources/kinds.ts'
import { certificate, ownTenant } from '../resources/tenancy.ts'
import type { Noun } from './noun.ts'
import { needed } from './options.ts'
import { readText } from './read-file.ts'

const file = needed('--file <file>', 'PEM of one authority or several; - is standard input')

export const certificateNoun: Noun = {
  name: 'certificate',
  description: "authorities that the server trusts at the tenant's registries, identity provider and clouds",
  resource: certificate,
  verbs: [
    {
      name: 'add',
      description: 'trust an authority from now on',
      arguments: [['<name>', 'of your choice']],
      options: [file],
      async run({ client }, { args: [name = ''], text }) {
        const tenantUid = await ownTenant(client)
        const spec = { certificate: await readText(text('file'), '--file') }
        const body = { metadata: { name, labels: {}, annotations: {} }, spec }
        await client.call('POST /v1/tenants/{tenantUid}/assets/certs', { params: { tenantUid }, body })
        return `certificate/${name} created`
      },
    },
    {
      name: 'replace',
      description: 'trust other authorities in its place',
      arguments: [['<certificate>', 'name or uid']],
      options: [file],
      async run({ client }, { args: [name = ''], text }) {
        const { uid: certificateUid } = await findItem(client, certificate, name)
        const tenantUid = await ownTenant(client)
        const route = '/v1/tenants/{tenantUid}/assets/certs/{certificateUid}'
        const params = { tenantUid, certificateUid }
        const { metadata = {} } = await client.call(`GET ${route}`, { params })
        const spec = { certificate: await readText(text('file'), '--file') }
        await client.call(`PUT ${route}`, { params, body: { metadata, spec } })
        return `certificate/${name} changed`
      },
    },
  ],
}
