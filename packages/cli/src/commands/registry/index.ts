import type { Command } from 'commander'
import { registryNoun } from '../../nouns/fleet.ts'
import { registerNoun } from '../../nouns/register.ts'
import { registerRegistryServe } from './serve.ts'
import { registerRegistryUser } from './user.ts'

/** `atrium registry …` */
export const registerRegistry = (program: Command): void => {
  const registry = registerNoun(program, registryNoun)
  registerRegistryServe(registry)
  registerRegistryUser(registry)
}
