import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { ConfinedError, explainEnd } from './error.ts'
import { type KernelLimits, type Wall, wallWords } from './wall.ts'

export interface ConfinedCommand {
  /** Absolute path. */
  command: string
  args: readonly string[]
  /** Beside an empty PATH and the folder it may use, which is also its HOME. */
  env?: Record<string, string>
  wall: Wall
  limits: KernelLimits & { outputBytes: number; timeMs: number }
  clock: Clock
  signal?: AbortSignal
}

const STDERR_CHARS = 16_000

/**
 * Runs a foreign program on what strangers wrote and gives its standard output: behind the wall, with an empty environment and an empty
 * home that is removed after it. Rejects with `ConfinedError` when it fails or breaks a limit.
 */
export async function runConfined(run: ConfinedCommand): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'atrium-confined-'))
  try {
    return await output(run, home)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function output({ command, args, env, wall, limits, clock, signal }: ConfinedCommand, home: string): Promise<string> {
  const [first = '', ...words] = [...wallWords(wall, limits), command, ...args]
  const child = spawn(first, words, {
    env: { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: home, ...env },
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  })
  return new Promise((resolve, reject) => {
    let broken: string | null = null
    const end = (why: string): void => {
      broken ??= why
      child.kill('SIGKILL')
    }
    const cancel = clock.after(limits.timeMs, () => end(`took longer than ${limits.timeMs} ms`))
    const chunks: Buffer[] = []
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limits.outputBytes) end(`has an output of more than ${limits.outputBytes} bytes`)
      else chunks.push(chunk)
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < STDERR_CHARS) said = (said + text).slice(0, STDERR_CHARS)
    })
    child.on('error', (error) => end(error.message))
    child.on('close', (code, killedBy) => {
      cancel()
      if (broken === null && code === 0) return resolve(Buffer.concat(chunks).toString())
      reject(new ConfinedError(broken ?? explainEnd({ code, signal: killedBy, said }, limits)))
    })
  })
}
