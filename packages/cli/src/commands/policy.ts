import { type Command, Option } from 'commander'
import { findCluster } from '../clusters/find.ts'
import { noteOption, withServer } from '../platform/server.ts'

type Action = 'heal' | 'alert'
const choice = (flag: string, what: string): Option => new Option(`--${flag} <action>`, what).choices(['heal', 'alert'])

/** `atrium policy CLUSTER [--drift heal|alert] [--nodes heal|alert]` */
export const registerPolicy = (program: Command): void => {
  program
    .command('policy')
    .description('show or set what happens to deviations: repaired (heal) or only reported (alert)')
    .argument('<cluster>', 'name or uid')
    .addOption(choice('drift', 'objects of the layers inside the cluster'))
    .addOption(choice('nodes', 'machines and their nodes'))
    .addOption(noteOption())
    .action((name: string, options: { drift?: Action; nodes?: Action }, command: Command) =>
      withServer(command, async ({ client }) => {
        const { uid } = await findCluster(client, name)
        const current = await client.call('GET /atrium/v1/clusters/{uid}/policy', { params: { uid } })
        const policy = { drift: options.drift ?? current.drift, nodes: options.nodes ?? current.nodes }
        if (options.drift || options.nodes) {
          await client.call('PUT /atrium/v1/clusters/{uid}/policy', { params: { uid }, body: policy })
        }
        process.stdout.write(`drift: ${policy.drift}\nnodes: ${policy.nodes}\n`)
      }),
    )
}
