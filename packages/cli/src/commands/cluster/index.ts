import type { Command } from 'commander'
import { clusterNoun } from '../../nouns/fleet.ts'
import { registerNoun } from '../../nouns/register.ts'
import { registerDeleteCluster } from '../delete/cluster.ts'
import { registerClusterRollback } from './rollback.ts'

/** `atrium cluster …` */
export const registerCluster = (program: Command): void => {
  const cluster = registerNoun(program, clusterNoun)
  registerClusterRollback(cluster)
  registerDeleteCluster(cluster, 'delete')
}
