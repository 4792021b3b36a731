import type { Command } from 'commander'
import { registerClusterHistory } from './history.ts'
import { registerClusterRollback } from './rollback.ts'

/** `atrium cluster …`: what was declared of a cluster before, and the way back. */
export const registerCluster = (program: Command): void => {
  const cluster = program.command('cluster').description('revisions of a cluster')
  registerClusterHistory(cluster)
  registerClusterRollback(cluster)
}
