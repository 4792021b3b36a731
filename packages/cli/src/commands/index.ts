import type { Command } from 'commander'
import { registerTest } from './test.ts'

/** Adds one command, or one noun with its verbs (`commands/<noun>/<verb>.ts`), to the program. */
export type RegisterCommand = (program: Command) => void

export const commands: readonly RegisterCommand[] = [registerTest]
