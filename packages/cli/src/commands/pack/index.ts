import type { Command } from 'commander'
import { withVerbsOnDemand } from '../verbs-on-demand.ts'

/** `atrium pack …` */
export const registerPack = (program: Command): void => {
  const pack = program.command('pack').description('make, check, publish and move packs')
  withVerbsOnDemand(program, pack, async () => (await import('./verbs.ts')).registerPackVerbs)
}
