import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs the platform's own program to its end, its output shown here. Throws when it fails, for it said why itself. */
export async function runProgram({ command, args }: { command: string; args: string[] }): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) throw new Error(`That did not work (${signal ? `ended by ${signal}` : `exit code ${code}`}).`)
}
