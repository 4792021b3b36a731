import type { Command } from 'commander'
import { createPrinter } from '../../output/printer.ts'
import { connectAsOperator } from '../../platform/connect.ts'

/** `atrium tenant create NAME [--json]`: with the operator's credential of this installation, audited. */
export const registerTenantCreate = (tenant: Command): void => {
  tenant
    .command('create')
    .description('make a tenant with a project, an administrator and an API key')
    .argument('<name>', 'name of the tenant')
    .option('--json', 'last line of stdout: one object with its credentials')
    .action((name: string, options: { json?: boolean }, command: Command) =>
      createTenant(command.optsWithGlobals<{ home: string }>().home, name, options.json === true),
    )
}

async function createTenant(folder: string, name: string, json: boolean): Promise<void> {
  const operator = await connectAsOperator(folder)
  try {
    const made = await operator.client.call('POST /atrium/v1/tenants', { body: { name } })
    const printer = createPrinter(json)
    if (json) return printer.result(JSON.stringify(made))
    printer.say(`Tenant '${made.tenant.name}' is made (${made.tenant.uid}). These credentials are shown once:`)
    printer.say(`  administrator  ${made.adminEmail}`)
    printer.say(`  password       ${made.adminPassword}`)
    printer.say(`  API key        ${made.apiKey}`)
    printer.say(`  project        ${made.project.name} (${made.project.uid})`)
  } finally {
    await operator.close()
  }
}
