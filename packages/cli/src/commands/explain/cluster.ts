import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { describeExplanation } from '../../clusters/explanation.ts'
import { findCluster } from '../../clusters/find.ts'
import { tableOptions } from '../../output/terminal.ts'
import { withServer } from '../../platform/server.ts'

/** `atrium explain cluster NAME` */
export const registerExplain = (program: Command): void => {
  program
    .command('explain')
    .description('why something is not ready')
    .command('cluster')
    .description('why a cluster is not ready, since when, what it waits for and what you can do')
    .argument('<cluster>', 'name or uid')
    .action((name: string, _options: object, command: Command) =>
      withServer(command, async ({ client }) => {
        const { uid } = await findCluster(client, name)
        const told = await client.call('GET /atrium/v1/clusters/{uid}/explain', { params: { uid } })
        process.stdout.write(`${describeExplanation(told, systemClock.now(), tableOptions())}\n`)
      }),
    )
}
