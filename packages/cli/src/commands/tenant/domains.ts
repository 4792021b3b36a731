import type { Command } from 'commander'
import { noteOption, withOperator } from '../../platform/server.ts'
import { findItem } from '../../resources/kinds.ts'
import { domainsOf } from '../../resources/single-sign-on.ts'
import { tenant as tenants } from '../../resources/tenants.ts'
import { type GetOptions, get, withGetOptions } from '../get.ts'

/** `atrium tenant domains NAME`, `confirm-domain NAME DOMAIN`, `withdraw-domain NAME DOMAIN` */
export const registerTenantDomains = (tenant: Command): void => {
  withGetOptions(tenant.command('domains'))
    .description('domains of e-mails that a tenant lists, and whether they are proven to be its own')
    .argument('<name>', 'name or uid')
    .action((name: string, options: GetOptions, command: Command) =>
      withOperator(command, async (server) => {
        const params = { uid: (await findItem(server.client, tenants, name)).uid }
        const domains = domainsOf(
          async (client) => (await client.call('GET /atrium/v1/system/tenants/{uid}/domains', { params })).items,
        )
        await get(server, domains, undefined, options)
      }),
    )
  registerVoucher(tenant, 'confirm-domain', 'vouch for a domain that a tenant lists: no record is looked for', 'PUT')
  registerVoucher(tenant, 'withdraw-domain', 'vouch for a domain no longer: its record has to prove it', 'DELETE')
}

function registerVoucher(tenant: Command, verb: string, description: string, method: 'PUT' | 'DELETE'): void {
  tenant
    .command(verb)
    .description(description)
    .argument('<name>', 'name or uid')
    .argument('<domain>', 'as the tenant lists it')
    .addOption(noteOption())
    .action((name: string, domain: string, _options: object, command: Command) =>
      withOperator(command, async ({ client }) => {
        const { uid } = await findItem(client, tenants, name)
        await client.call(`${method} /atrium/v1/system/tenants/{uid}/domains/{domain}/confirmation`, {
          params: { uid, domain },
        })
        process.stdout.write(`domain/${domain} ${method === 'PUT' ? 'confirmed' : 'waits for its record'}\n`)
      }),
    )
}
