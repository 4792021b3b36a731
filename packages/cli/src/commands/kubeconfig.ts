import type { Command } from 'commander'
import { findCluster } from '../clusters/find.ts'
import { withServer } from '../platform/server.ts'

/** `atrium kubeconfig CLUSTER` */
export const registerKubeconfig = (program: Command): void => {
  program
    .command('kubeconfig')
    .description('print the admin kubeconfig of a cluster')
    .argument('<cluster>', 'name or uid')
    .action((cluster: string, _options: object, command: Command) =>
      withServer(command, async ({ client }) => {
        const { uid } = await findCluster(client, cluster)
        process.stdout.write(
          await client.call('GET /v1/spectroclusters/{uid}/assets/adminKubeconfig', { params: { uid } }),
        )
      }),
    )
}
