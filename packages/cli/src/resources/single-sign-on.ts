import type { AtriumEmailDomain } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import type { Resource } from './resource.ts'
import { ownTenant } from './tenancy.ts'

type DomainsOf = (client: Client) => Promise<AtriumEmailDomain[]>

/** Domains of a tenant: no kind that `get` lists, for they are one setting. */
export const domainsOf = (items: DomainsOf): Resource => ({
  kind: 'domain',
  plural: 'domains',
  columns: ['STATE', 'BY', 'LISTED', 'MESSAGE'],
  list: async (client) =>
    (await items(client)).map((view) => ({
      ...{ uid: view.domain, name: view.domain, view },
      cells: () => [view.state, view.confirmedBy ?? '', view.listedAt, view.message],
    })),
  read: async (client, domain) => (await items(client)).find((one) => one.domain === domain),
})

export const domain = domainsOf(
  async (client) =>
    (
      await client.call('GET /atrium/v1/tenants/{tenantUid}/domains', {
        params: { tenantUid: await ownTenant(client) },
      })
    ).items,
)

const keysOf = async (client: Client) =>
  (
    await client.call('GET /atrium/v1/tenants/{tenantUid}/saml/keys', {
      params: { tenantUid: await ownTenant(client) },
    })
  ).items

export const samlKey: Resource = {
  kind: 'saml-key',
  plural: 'saml-keys',
  title: 'USE',
  columns: ['EXPIRES', 'MESSAGE'],
  list: async (client) =>
    (await keysOf(client)).map((view) => ({
      ...{ uid: view.use, name: view.use, view },
      cells: () => [view.notAfter, view.message],
    })),
  read: async (client, use) => (await keysOf(client)).find((one) => one.use === use),
  async remove(client, use) {
    if (use !== 'next' && use !== 'former')
      throw new Error('The current key is replaced, never deleted: activate a next one.')
    const tenantUid = await ownTenant(client)
    await client.call('DELETE /atrium/v1/tenants/{tenantUid}/saml/keys/{use}', { params: { tenantUid, use } })
  },
}
