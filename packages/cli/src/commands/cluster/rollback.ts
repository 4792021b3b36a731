import { type Command, InvalidArgumentError } from 'commander'
import { findCluster } from '../../clusters/find.ts'
import { invocation } from '../../output/invocation.ts'
import { withPlatform } from '../../platform/connect.ts'
import { describePlan } from '../update/cluster.ts'

interface Options {
  to: number
  note?: string
  dryRun?: boolean
}

/** `atrium cluster rollback NAME --to N [--note TEXT] [--dry-run]` */
export const registerClusterRollback = (cluster: Command): void => {
  cluster
    .command('rollback')
    .description('declare again what a former revision of a cluster declared')
    .argument('<cluster>', 'name or uid')
    .requiredOption('--to <number>', 'the revision to bring back; see: cluster history', revisionNumber)
    .option('--note <text>', 'why; kept with the new revision')
    .option('--dry-run', 'only show what would change')
    .action((name: string, { to, note, dryRun = false }: Options, command: Command) =>
      withPlatform(command.optsWithGlobals<{ home: string }>().home, async ({ client, home }) => {
        const { uid } = await findCluster(client, name)
        const body = { to, dryRun, ...(note !== undefined && { note }) }
        const plan = await client.call('POST /atrium/v1/clusters/{uid}/rollback', { params: { uid }, body })
        process.stdout.write(`${describePlan(plan)}\n`)
        if (!dryRun)
          process.stdout.write(
            `\n'${name}' is declared as in revision ${to} again. Look at it: ${invocation(home.folder, `explain cluster ${name}`)}\n`,
          )
      }),
    )
}

function revisionNumber(value: string): number {
  if (/^[1-9]\d{0,9}$/.test(value)) return Number(value)
  throw new InvalidArgumentError('It is the number of a revision.')
}
