import type { Command } from 'commander'
import { createPrinter } from '../../output/printer.ts'
import { noteOption, withOperator } from '../../platform/server.ts'
import { findItem } from '../../resources/kinds.ts'
import { tenant as tenants } from '../../resources/tenants.ts'

/** `atrium tenant activate NAME`, `disable NAME`, `enable NAME` */
export const registerTenantStates = (tenant: Command): void => {
  tenant
    .command('activate')
    .description('a new link for the administrator of a tenant that nobody opened yet; the former one is void')
    .argument('<name>', 'name or uid')
    .option('--json', 'last line of stdout: one object with the link')
    .addOption(noteOption())
    .action((name: string, { json }: { json?: boolean }, command: Command) =>
      withOperator(command, async ({ client }) => {
        const { uid } = await findItem(client, tenants, name)
        const link = await client.call('POST /atrium/v1/tenants/{uid}/activate', { params: { uid } })
        const printer = createPrinter(json === true)
        if (json) return printer.result(JSON.stringify(link))
        printer.say(`The link works once, until ${link.expiresAt}:`)
        printer.say(`  ${link.url}`)
      }),
    )
  registerState(tenant, 'disable', 'close a tenant: sign-ins, keys and agents are refused at once, clusters run on')
  registerState(tenant, 'enable', 'open a tenant that was disabled')
}

function registerState(tenant: Command, verb: 'disable' | 'enable', description: string): void {
  tenant
    .command(verb)
    .description(description)
    .argument('<name>', 'name or uid')
    .addOption(noteOption())
    .action((name: string, _options: object, command: Command) =>
      withOperator(command, async ({ client }) => {
        const { uid } = await findItem(client, tenants, name)
        await client.call(`POST /atrium/v1/tenants/{uid}/${verb}`, { params: { uid } })
        process.stdout.write(`tenant/${name} ${verb}d\n`)
      }),
    )
}
