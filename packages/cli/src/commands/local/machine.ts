import { existsSync } from 'node:fs'
import { platformCommand, platformHome } from '@atrium/toolchain/platform.ts'
import type { Command } from 'commander'
import { invocation } from '../../output/invocation.ts'
import { runProgram } from '../../platform/standalone.ts'

const verbs = [
  ['list', 'machines of a cluster, as the cloud sees them'],
  ['stop', 'power a machine off'],
  ['start', 'power a machine on'],
  ['terminate', 'remove a machine at once, with everything on it'],
] as const

/** `atrium local machine list|stop|start|terminate CLUSTER [NODE]`: the cloud console of provider `local`. */
export const registerLocal = (program: Command): void => {
  const local = program.command('local').description('the cloud console of provider local')
  const machine = local.command('machine').description('machines of clusters on this machine')
  for (const [verb, description] of verbs) {
    machine
      .command(verb)
      .description(description)
      .argument('<cluster>', 'name or uid')
      .argument(verb === 'list' ? '[node]' : '<node>', 'name of the machine')
      .action(async (cluster: string, node: string | undefined, _options: object, command: Command) => {
        const { home } = command.optsWithGlobals<{ home: string }>()
        const { folder, cloudFolder } = platformHome(home)
        if (!existsSync(cloudFolder))
          throw new Error(`No platform was started in ${folder} yet. Start it: ${invocation(folder, 'up')}`)
        await runProgram(platformCommand('machine', { home, arguments: [verb, cluster, ...(node ? [node] : [])] }))
      })
  }
}
