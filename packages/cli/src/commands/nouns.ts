import type { Command } from 'commander'
import { accessNouns } from '../nouns/access.ts'
import { certificateNoun } from '../nouns/certificate.ts'
import { fleetNouns } from '../nouns/fleet.ts'
import { operatorNoun } from '../nouns/operator.ts'
import { registerNoun } from '../nouns/register.ts'

/** `atrium profile …`, `project`, `account`, `user`, `role`, `apikey`, `certificate`, `operator` */
export const registerNouns = (program: Command): void => {
  for (const noun of [...fleetNouns, ...accessNouns, certificateNoun, operatorNoun]) registerNoun(program, noun)
}
