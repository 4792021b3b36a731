import type { AtriumTenant } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { ApiError } from '@atrium/client/error.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type Command, Option } from 'commander'
import { createPrinter } from '../../output/printer.ts'
import { noteOption, type Server, withOperator } from '../../platform/server.ts'
import { findItem } from '../../resources/kinds.ts'
import { tenant as tenants } from '../../resources/tenants.ts'
import { tellDeletion } from './show.ts'

interface DeleteOptions {
  clusters?: 'delete' | 'unlink'
  force?: boolean
  yes?: boolean
  wait: boolean
  json?: boolean
}

const LOOK_MS = 1_000

/** `atrium tenant delete NAME --yes [--clusters delete|unlink] [--force] [--no-wait]` */
export const registerTenantDelete = (tenant: Command): void => {
  tenant
    .command('delete')
    .description('delete a tenant and everything that is stored of it; without --yes: tell what would go')
    .argument('<name>', 'name or uid')
    .addOption(
      new Option('--clusters <fate>', 'delete them with what their clouds hold, or leave them running').choices([
        'delete',
        'unlink',
      ]),
    )
    .option('--force', 'give up on what clouds do not remove')
    .option('--yes', 'there is no way back')
    .option('--no-wait', 'return once it has begun')
    .option('--json', 'last line of stdout: one object with what was asked for and how far it is')
    .addOption(noteOption())
    .action((name: string, options: DeleteOptions, command: Command) =>
      withOperator(command, (server) => deleteTenant(server, name, options)),
    )
}

async function deleteTenant({ client, invoke }: Server, name: string, options: DeleteOptions): Promise<void> {
  const { uid, name: found } = await findItem(client, tenants, name)
  if (!options.yes) throw await whatGoes(client, uid)
  const { clusters, force = false } = options
  const query = { ...(clusters && { clusters }), force }
  let deletion = await client.call('DELETE /atrium/v1/tenants/{uid}', { params: { uid }, query })
  const printer = createPrinter(options.json === true)
  printer.say(`Deleting tenant '${found}'.`)
  for (let last = ''; options.wait; await systemClock.sleep(LOOK_MS)) {
    const now = await readTenant(client, uid)
    if (now === null) {
      printer.say(`Tenant '${found}' is gone.`)
      break
    }
    const told = tellDeletion(now)
    if (told !== last) printer.say(told)
    last = told
    deletion = now.deletion ?? deletion
  }
  if (options.json) printer.result(JSON.stringify({ uid, name: found, gone: options.wait, deletion }))
  else if (!options.wait) printer.say(`It goes on by itself. See: ${invoke(`tenant describe ${found}`)}`)
}

async function whatGoes(client: Client, uid: string): Promise<Error> {
  const { name, counts } = await client.call('GET /atrium/v1/tenants/{uid}', { params: { uid } })
  const fate = counts.clusters > 0 ? ' --clusters delete|unlink' : ''
  return new Error(
    `Tenant '${name}' has ${counts.users} users, ${counts.projects} projects and ${counts.clusters} clusters. All that is stored of it goes, and no backup opens its secrets without the installation's root key. There is no way back: add --yes${fate}`,
  )
}

async function readTenant(client: Client, uid: string): Promise<AtriumTenant | null> {
  try {
    return await client.call('GET /atrium/v1/tenants/{uid}', { params: { uid } })
  } catch (error) {
    if (error instanceof ApiError && error.code === 'ResourceNotFound') return null
    throw error
  }
}
