import type { Command } from 'commander'
import { accessNouns } from '../nouns/access.ts'
import { fleetNouns } from '../nouns/fleet.ts'
import { registerNoun } from '../nouns/register.ts'

/** `atrium profile …`, `project`, `account`, `user`, `role`, `apikey` */
export const registerNouns = (program: Command): void => {
  for (const noun of [...fleetNouns, ...accessNouns]) registerNoun(program, noun)
}
