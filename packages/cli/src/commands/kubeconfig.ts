import type { Command } from 'commander'
import { findCluster } from '../clusters/find.ts'
import { withPlatform } from '../platform/connect.ts'

/** `atrium kubeconfig CLUSTER` */
export const registerKubeconfig = (program: Command): void => {
  program
    .command('kubeconfig')
    .description('print the admin kubeconfig of a cluster')
    .argument('<cluster>', 'name or uid')
    .action((cluster: string, _options: object, command: Command) =>
      withPlatform(command.optsWithGlobals<{ home: string }>().home, async ({ client }) => {
        const { uid } = await findCluster(client, cluster)
        process.stdout.write(
          await client.call('GET /v1/spectroclusters/{uid}/assets/adminKubeconfig', { params: { uid } }),
        )
      }),
    )
}
