import { type Command, Option } from 'commander'
import { findCluster } from '../../clusters/find.ts'
import { exitCodes } from '../../output/exit-codes.ts'
import { planRequest, type TriedChange } from '../../plan/request.ts'
import { withServer } from '../../platform/server.ts'
import { layerOption } from '../policy.ts'
import { formatPreviews, previewOf, previewOutput, showPreview } from './show.ts'

/** `atrium plan cluster NAME [--profile NAME@VERSION] [--set NAME=VALUE] [--pool NAME=SIZE] …` */
export const registerPlanCluster = (plan: Command): void => {
  plan
    .command('cluster')
    .description('what another profile, value, pool or policy would do; exit code 1 when it is anything')
    .argument('<cluster>', 'name or uid')
    .addOption(repeated('--profile <name@version>', 'profile to attach; in place of another version of itself'))
    .addOption(repeated('--detach <profile>', 'profile to take off'))
    .addOption(repeated('--set <name=value>', 'value of a variable; profile/name=value where several declare it'))
    .addOption(repeated('--pool <name=size>', 'number of machines of a pool'))
    .addOption(repeated('--remove-pool <name>', 'pool to take away'))
    .addOption(policy('--drift <action>', 'objects that deviate: heal or alert'))
    .addOption(policy('--nodes <action>', 'machines that are unwell: heal or alert'))
    .addOption(layerOption())
    .addOption(previewOutput())
    .action(async (name: string, tried: TriedChange, command: Command) => {
      // The noun above takes it too.
      const { output } = command.optsWithGlobals<{ output?: 'json' | 'yaml' }>()
      // Until all is compared: as `diff` tells trouble.
      process.exitCode = exitCodes.usage
      const preview = await withServer(command, async ({ client }) => {
        const cluster = await findCluster(client, name)
        return previewOf(client, cluster, await planRequest(client, cluster.uid, tried))
      })
      process.stdout.write(`${output ? formatPreviews([preview], output) : showPreview(preview)}\n`)
      process.exitCode = preview.changes ? exitCodes.failed : exitCodes.done
    })
}

const repeated = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be repeated`).argParser((value: string, before: string[] | undefined) => [
    ...(before ?? []),
    value,
  ])

const policy = (flags: string, description: string): Option => new Option(flags, description).choices(['heal', 'alert'])
