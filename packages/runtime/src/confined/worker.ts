import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { ConfinedError, explainEnd, explainFailure } from './error.ts'
import { frame, PartReader } from './frames.ts'
import { type KernelLimits, type Wall, wallWords } from './wall.ts'

export interface WorkerOptions {
  /** Absolute path of the module with the job. */
  job: string
  /** Folders it may read its own code from; nothing else on this machine can be read, and nothing written. */
  codeFolders: readonly string[]
  wall: Wall
  limits: KernelLimits & { answerBytes: number; timeMs: number }
  clock: Clock
}

interface Running {
  child: ChildProcess
  answers: PartReader
  jobs: number
  end: Promise<string>
}

/** Processor time is limited for a whole process: it is replaced long before jobs that are in order would use it up. */
const JOBS_OF_A_PROCESS = 50
const STDERR_CHARS = 4000
/** What V8 reserves for code and hardly uses; the kernel counts it (measured: below 600 MiB it does not start). */
const RESERVED_BYTES = 640 * 1024 ** 2

/**
 * Carries out jobs on what strangers wrote, one at a time, in a process of its own: no network, environment, files or home, and
 * bounded processor time, memory, answers and waits. A process that fails is replaced with the next job.
 */
export class ConfinedWorker {
  readonly #options: WorkerOptions
  #running: Running | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  /** What the job makes of `input` and `bytes`. Rejects with `ConfinedError`. */
  run(input: unknown, bytes: Uint8Array): Promise<unknown> {
    const mine = this.#last.then(() => this.#carryOut(frame(Buffer.from(JSON.stringify(input)), bytes)))
    this.#last = mine.catch(() => undefined)
    return mine
  }

  /** Ends the process; what runs fails. */
  close(): void {
    this.#running?.child.kill('SIGKILL')
    this.#running = null
  }

  async #carryOut(request: Buffer): Promise<unknown> {
    if (this.#running !== null && this.#running.jobs >= JOBS_OF_A_PROCESS) this.close()
    this.#running ??= this.#start()
    this.#running.jobs += 1
    const { output, error } = await this.#ask(this.#running, request).catch((failure: unknown) => {
      this.close()
      throw failure
    })
    if (error === undefined) return output
    throw new ConfinedError(explainFailure(error, this.#options.limits))
  }

  async #ask({ child, answers, end }: Running, request: Buffer): Promise<{ output?: unknown; error?: string }> {
    const { limits, clock } = this.#options
    let isLate = false
    const cancel = clock.after(limits.timeMs, () => {
      isLate = true
      child.kill('SIGKILL')
    })
    try {
      child.stdin?.write(request)
      const answer = await answers.next(limits.answerBytes)
      if (answer === null) throw new ConfinedError(isLate ? `took longer than ${limits.timeMs} ms` : await end)
      return JSON.parse(answer.toString()) as { output?: unknown; error?: string }
    } catch (error) {
      throw error instanceof RangeError ? new ConfinedError(`would answer ${error.message}`) : error
    } finally {
      cancel()
    }
  }

  #start(): Running {
    const { job, codeFolders, wall, limits } = this.#options
    const [command = '', ...args] = [
      ...wallWords(wall, { ...limits, memoryBytes: limits.memoryBytes + RESERVED_BYTES }),
      ...[process.execPath, '--permission', ...codeFolders.map((folder) => `--allow-fs-read=${folder}`)],
      ...[`--max-old-space-size=${Math.floor(limits.memoryBytes / 2 / 1024 ** 2)}`],
      ...[join(import.meta.dirname, 'worker-main.ts'), job],
    ]
    const child = spawn(command, args, { env: { PATH: process.env.PATH ?? '' }, cwd: '/', stdio: 'pipe' })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-STDERR_CHARS)
    })
    // A job that ended closes its input while we still write: `end` tells why.
    child.stdin.on('error', () => undefined)
    const end = new Promise<string>((resolve) => {
      child.on('error', (error) => resolve(`could not be started: ${error.message}`))
      child.on('close', (code, signal) => resolve(explainEnd({ code, signal, said }, limits)))
    })
    return { child, answers: new PartReader(child.stdout), jobs: 0, end }
  }
}
