import { type Command, InvalidArgumentError } from 'commander'
import { findCluster } from '../../clusters/find.ts'
import { noteOption, withServer } from '../../platform/server.ts'
import { describePlan } from '../update/cluster.ts'

interface Options {
  to: number
  dryRun?: boolean
}

/** `atrium cluster rollback NAME --to N [--note TEXT] [--dry-run]` */
export const registerClusterRollback = (cluster: Command): void => {
  cluster
    .command('rollback')
    .description('declare again what a former revision of a cluster declared')
    .argument('<cluster>', 'name or uid')
    .requiredOption('--to <number>', 'the revision to bring back; see: cluster history', revisionNumber)
    .addOption(noteOption())
    .option('--dry-run', 'only show what would change')
    .action((name: string, { to, dryRun = false }: Options, command: Command) =>
      withServer(command, async ({ client, invoke }) => {
        const { uid } = await findCluster(client, name)
        const plan = await client.call('POST /atrium/v1/clusters/{uid}/rollback', {
          params: { uid },
          body: { to, dryRun },
        })
        process.stdout.write(`${describePlan(plan)}\n`)
        if (!dryRun)
          process.stdout.write(
            `\n'${name}' is declared as in revision ${to} again. Look at it: ${invoke(`explain cluster ${name}`)}\n`,
          )
      }),
    )
}

function revisionNumber(value: string): number {
  if (/^[1-9]\d{0,9}$/.test(value)) return Number(value)
  throw new InvalidArgumentError('It is the number of a revision.')
}
