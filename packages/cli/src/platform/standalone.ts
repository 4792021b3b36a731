import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** Runs the platform's own program to its end, its output shown here. Throws with what it said when it fails. */
export async function runProgram({ command, args }: { command: string; args: string[] }): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'pipe'] })
  const [complaint, [code, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ])
  if (code !== 0)
    throw new Error(complaint.trim() || `The platform's program was ended by ${signal ?? `code ${code}`}.`)
  process.stderr.write(complaint)
}
