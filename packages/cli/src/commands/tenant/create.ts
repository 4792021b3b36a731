import type { Command } from 'commander'
import { createPrinter } from '../../output/printer.ts'
import { noteOption, type Server, withOperator } from '../../platform/server.ts'

interface CreateOptions {
  email?: string
  firstName: string
  lastName: string
  json?: boolean
}

/** `atrium tenant create NAME [--email EMAIL] [--json]`: with an operator's credential, audited. */
export const registerTenantCreate = (tenant: Command): void => {
  tenant
    .command('create')
    .description(
      'make a tenant: with an administrator and an API key at once, or (--email) with a link for its administrator',
    )
    .argument('<name>', 'name of the tenant')
    .option('--email <email>', 'of its administrator, who opens it by setting a password at the link')
    .option('--first-name <name>', 'of the administrator', 'Tenant')
    .option('--last-name <name>', 'of the administrator', 'Administrator')
    .option('--json', 'last line of stdout: one object with its credentials, or with the link')
    .addOption(noteOption())
    .action((name: string, options: CreateOptions, command: Command) =>
      withOperator(command, (server) =>
        options.email === undefined
          ? createTenant(server, name, options.json === true)
          : inviteTenant(server, { ...options, name, adminEmail: options.email }),
      ),
    )
}

async function createTenant({ client }: Server, name: string, json: boolean): Promise<void> {
  const made = await client.call('POST /atrium/v1/tenants', { body: { name } })
  const printer = createPrinter(json)
  if (json) return printer.result(JSON.stringify(made))
  printer.say(`Tenant '${made.tenant.name}' is made (${made.tenant.uid}). These credentials are shown once:`)
  printer.say(`  administrator  ${made.adminEmail}`)
  printer.say(`  password       ${made.adminPassword}`)
  printer.say(`  API key        ${made.apiKey}`)
  printer.say(`  project        ${made.project.name} (${made.project.uid})`)
}

async function inviteTenant(
  { client }: Server,
  { name, adminEmail, firstName, lastName, json }: CreateOptions & { name: string; adminEmail: string },
): Promise<void> {
  const body = { name, adminEmail, adminFirstName: firstName, adminLastName: lastName }
  const made = await client.call('POST /atrium/v1/tenants/invite', { body })
  const printer = createPrinter(json === true)
  if (json) return printer.result(JSON.stringify(made))
  printer.say(`Tenant '${made.tenant.name}' is made (${made.tenant.uid}), and waits for ${made.adminEmail}.`)
  printer.say(`Send them this link. It works once, until ${made.activation.expiresAt}:`)
  printer.say(`  ${made.activation.url}`)
}
