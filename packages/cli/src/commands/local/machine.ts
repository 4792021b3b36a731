import type { Command } from 'commander'
import { operate } from './console.ts'

const verbs = [
  ['list', 'machines of a cluster, as the cloud sees them'],
  ['stop', 'power a machine off'],
  ['start', 'power a machine on'],
  ['terminate', 'remove a machine at once, with everything on it'],
] as const

/** `atrium local machine list|stop|start|terminate CLUSTER [NODE]` */
export const registerLocalMachines = (local: Command): void => {
  const machine = local.command('machine').description('machines of clusters on this machine')
  for (const [verb, description] of verbs) {
    machine
      .command(verb)
      .description(description)
      .argument('<cluster>', 'name or uid')
      .argument(verb === 'list' ? '[node]' : '<node>', 'name of the machine')
      .action((cluster: string, node: string | undefined, _options: object, command: Command) =>
        operate('machine', [verb, cluster, ...(node ? [node] : [])], command),
      )
  }
}
