import type { Client } from '@atrium/client/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { findCluster } from '../../clusters/find.ts'
import { describeRevision, revisionTable } from '../../clusters/revisions.ts'
import { withPlatform } from '../../platform/connect.ts'

/** `atrium cluster history NAME [--revision N]` */
export const registerClusterHistory = (cluster: Command): void => {
  cluster
    .command('history')
    .description('who changed a cluster, when, why and what')
    .argument('<cluster>', 'name or uid')
    .option('--revision <number>', 'show this revision, with each field that it changed')
    .action((name: string, { revision }: { revision?: string }, command: Command) =>
      withPlatform(command.optsWithGlobals<{ home: string }>().home, async ({ client }) => {
        const { uid } = await findCluster(client, name)
        process.stdout.write(`${await tell(client, uid, revision)}\n`)
      }),
    )
}

async function tell(client: Client, uid: string, number: string | undefined): Promise<string> {
  if (number !== undefined) {
    const params = { uid, number }
    return describeRevision(await client.call('GET /atrium/v1/clusters/{uid}/revisions/{number}', { params }))
  }
  const items = []
  for await (const item of client.list('GET /atrium/v1/clusters/{uid}/revisions', { params: { uid } })) items.push(item)
  return revisionTable(items, systemClock.now())
}
