import type { Command } from 'commander'
import { operate } from './console.ts'

/** `atrium local cluster list`, `atrium local cluster delete CLUSTER` */
export const registerLocalClusters = (local: Command): void => {
  const cluster = local.command('cluster').description('clusters on this machine, whether the server knows them or not')
  cluster
    .command('list')
    .description('clusters as the cloud sees them')
    .action((_options: object, command: Command) => operate('cluster', ['list'], command))
  cluster
    .command('delete')
    .description('remove a cluster that a forced deletion left behind, with everything on it')
    .argument('<cluster>', 'name or uid')
    .action((name: string, _options: object, command: Command) => operate('cluster', ['delete', name], command))
}
