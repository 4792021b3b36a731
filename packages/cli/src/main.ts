import { messageOf } from '@atrium/runtime/base/errors.ts'
import { createProgram } from './program.ts'

try {
  await createProgram().parseAsync()
} catch (error) {
  process.stderr.write(`atrium: ${messageOf(error)}\n`)
  process.exitCode = 1
}
