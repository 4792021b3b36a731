import { runProgram } from './client-program.ts'
import { createProgram } from './program.ts'

await runProgram(createProgram(), process.argv.slice(2))
