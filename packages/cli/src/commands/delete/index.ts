import type { Command } from 'commander'
import { registerDeleteCluster } from './cluster.ts'

/** `atrium delete …` */
export const registerDelete = (program: Command): void => {
  registerDeleteCluster(program.command('delete').description('delete an object'))
}
