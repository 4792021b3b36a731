import type { Client } from '@atrium/client/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { describeCluster } from '../clusters/describe.ts'
import { withPlatform } from '../platform/connect.ts'
import { resourceKinds, resourceOf } from '../resources/kinds.ts'

/** `atrium describe KIND NAME` */
export const registerDescribe = (program: Command): void => {
  program
    .command('describe')
    .description('everything there is to say about one object')
    .argument('<kind>', resourceKinds.join(', '))
    .argument('<name>', 'name or uid')
    .action((kind: string, name: string, _options: object, command: Command) =>
      withPlatform(command.optsWithGlobals<{ home: string }>().home, async ({ client }) => {
        process.stdout.write(`${await describe(client, kind, name)}\n`)
      }),
    )
}

async function describe(client: Client, kind: string, name: string): Promise<string> {
  const resource = resourceOf(kind)
  const item = (await resource.list(client)).find((one) => one.name === name || one.uid === name)
  if (!item) throw new Error(`There is no ${resource.kind} '${name}'.`)
  if (resource.kind === 'cluster') return describeCluster(client, item.uid, systemClock.now())
  return stringify(await resource.read(client, item.uid)).trimEnd()
}
