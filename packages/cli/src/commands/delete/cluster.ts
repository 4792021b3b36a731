import type { Command } from 'commander'
import { deleteCluster } from '../../clusters/delete.ts'
import { noteOption, withServer } from '../../platform/server.ts'

/** `atrium delete cluster NAME [--force] [--no-wait]` */
export const registerDeleteCluster = (parent: Command, name = 'cluster'): void => {
  parent
    .command(name)
    .description('delete a cluster and everything its cloud holds for it')
    .argument('<cluster>', 'name or uid')
    .option('--force', 'give up on what cannot be removed, after saying what it is')
    .option('--no-wait', 'return once deletion has begun')
    .addOption(noteOption())
    .action((name: string, options: { force?: boolean; wait: boolean }, command: Command) =>
      withServer(command, (server) => deleteCluster(server, name, options)),
    )
}
