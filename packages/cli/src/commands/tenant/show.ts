import type { AtriumTenant } from '@atrium/api/generated/operations.d.ts'
import type { Command } from 'commander'
import { type Format, jsonOption, outputOption } from '../../output/format.ts'
import { formatTable } from '../../output/table.ts'
import { tableOptions } from '../../output/terminal.ts'
import { withOperator } from '../../platform/server.ts'
import { tenant as tenants } from '../../resources/tenants.ts'
import { describe } from '../describe.ts'
import { type GetOptions, get, withGetOptions } from '../get.ts'

/** `atrium tenant list [NAME]`, `atrium tenant describe NAME` */
export const registerTenantShow = (tenant: Command): void => {
  withGetOptions(tenant.command('list'))
    .description('tenants, with their states')
    .argument('[name]', 'only this one (name or uid)')
    .action((name: string | undefined, options: GetOptions, command: Command) =>
      withOperator(command, (server) => get(server, tenants, name, options)),
    )
  tenant
    .command('describe')
    .description('state and counts of one; while it is deleted, what is left')
    .argument('<name>', 'name or uid')
    .addOption(outputOption())
    .addOption(jsonOption())
    .action((name: string, { output = 'table' }: { output?: Format }, command: Command) =>
      withOperator(command, async (server) => {
        process.stdout.write(`${await describe(server, tenants, name, output)}\n`)
      }),
    )
}

/** How far a deletion is, as lines. */
export function tellDeletion({ deletion }: Pick<AtriumTenant, 'deletion'>): string {
  if (!deletion) return ''
  const rows = deletion.remaining.map(({ name, state, reason }) => [name, state, reason])
  const table = rows.length === 0 ? '' : `\n${formatTable(['CLUSTER', 'STATE', 'REASON'], rows, tableOptions())}`
  return `${deletion.phase}: ${deletion.message}${table}`
}
