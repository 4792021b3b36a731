import { messageOf } from '@atrium/runtime/base/errors.ts'
import { CommanderError } from 'commander'
import { exitCodes } from './output/exit-codes.ts'
import { createProgram } from './program.ts'

try {
  await createProgram().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said already what is wrong; help that was asked for is no error.
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  } else {
    process.stderr.write(`atrium: ${messageOf(error)}\n`)
    process.exitCode ??= exitCodes.failed
  }
}
