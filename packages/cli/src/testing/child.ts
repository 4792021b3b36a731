import { spawn } from 'node:child_process'
import type { Clock } from '@atrium/runtime/base/clock.ts'

export interface ChildOptions {
  command: string
  args: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  limitMs: number
  clock: Clock
  /** `inherit`: straight to our output. `collect`: returned in the result, interleaved as it came. */
  output: 'inherit' | 'collect'
}

export interface ChildResult {
  /** null when a signal ended it. */
  exitCode: number | null
  timedOut: boolean
  /** We were asked to end (Ctrl-C) while it ran. */
  interrupted: boolean
  output: string
  /** What it wrote to stdout alone. */
  stdout: string
}

const GRACE_MS = 5_000
const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024

/**
 * Runs a command in a process group of its own, for a bounded time. When time is up, or we are asked to end, the group
 * gets SIGTERM and soon after SIGKILL; what a finished command left in its group is killed as well.
 */
export const runChild = async (options: ChildOptions): Promise<ChildResult> => {
  const { clock } = options
  let interrupted = false
  const interrupt = (): void => {
    interrupted = true
    end()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  // Before the command can say a word: a Ctrl-C that came first ended us and left it behind.
  for (const signal of signals) process.on(signal, interrupt)
  const pipe = options.output === 'collect' ? 'pipe' : 'inherit'
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', pipe, pipe],
  })
  const all = collector()
  const stdout = collector()
  child.stdout?.on('data', all.add).on('data', stdout.add)
  child.stderr?.on('data', all.add)
  let timedOut = false
  let cancelKill: (() => void) | null = null
  const end = (): void => {
    signalGroup(child.pid, 'SIGTERM')
    cancelKill ??= clock.after(GRACE_MS, () => signalGroup(child.pid, 'SIGKILL'))
  }
  const cancelLimit = clock.after(options.limitMs, () => {
    timedOut = true
    end()
  })
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      // While one of its group lives, its pid is given to nobody else.
      child.on('exit', () => signalGroup(child.pid, 'SIGKILL'))
      child.on('close', resolve)
    })
    return { exitCode, timedOut, interrupted, output: all.text(), stdout: stdout.text() }
  } finally {
    cancelLimit()
    ;(cancelKill as (() => void) | null)?.()
    for (const signal of signals) process.off(signal, interrupt)
  }
}

const collector = () => {
  const chunks: Buffer[] = []
  let size = 0
  return {
    add(chunk: Buffer): void {
      size += chunk.length
      if (size <= OUTPUT_LIMIT_BYTES) chunks.push(chunk)
    },
    text: (): string => Buffer.concat(chunks).toString('utf8'),
  }
}

const signalGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody of the group is left.
  }
}
