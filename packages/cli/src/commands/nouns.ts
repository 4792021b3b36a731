import type { Command } from 'commander'
import { accessNouns } from '../nouns/access.ts'
import { certificateNoun } from '../nouns/certificate.ts'
import { fleetNouns } from '../nouns/fleet.ts'
import { operatorNoun } from '../nouns/operator.ts'
import { registerNoun } from '../nouns/register.ts'
import { singleSignOnNouns } from '../nouns/single-sign-on.ts'

/** `atrium profile …`, `project`, `account`, `user`, `role`, `apikey`, `certificate`, `domain`, `saml-key`, `operator` */
export const registerNouns = (program: Command): void => {
  const nouns = [...fleetNouns, ...accessNouns, certificateNoun, ...singleSignOnNouns, operatorNoun]
  for (const noun of nouns) registerNoun(program, noun)
}
