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
