import type { Command } from 'commander'
import { registerContextDelete } from './delete.ts'
import { registerContextList } from './list.ts'
import { registerContextUse } from './use.ts'

/** `atrium context …` */
export const registerContext = (program: Command): void => {
  const context = program.command('context').description('servers signed in to')
  registerContextList(context)
  registerContextUse(context)
  registerContextDelete(context)
}
