import type { Command } from 'commander'
import { registerBareClusters } from './bare.ts'
import { registerLocalClusters } from './cluster.ts'
import { registerLocalMachines } from './machine.ts'

/** `atrium local …`: the cloud console of provider `local`. */
export const registerLocal = (program: Command): void => {
  const local = program.command('local').description('the cloud console of provider local')
  registerLocalMachines(local)
  registerLocalClusters(local)
  registerBareClusters(local)
}
