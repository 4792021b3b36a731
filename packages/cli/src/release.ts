/** The program of a release: bundled into one file by `scripts/bundle.ts`. */
import { createClientProgram, runProgram } from './client-program.ts'

await runProgram(createClientProgram(), process.argv.slice(2))
