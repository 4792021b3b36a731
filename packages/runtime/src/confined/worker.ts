import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { ConfinedError, explainEnd, explainFailure } from './error.ts'
import { frame, lengthOf, PartReader } from './frames.ts'
import { type KernelLimits, type Wall, wallWords } from './wall.ts'
import type { AnswerHead } from './worker-main.ts'

export interface WorkerOptions {
  /** Absolute path of the module with the job: see `Job`. */
  job: string
  /** Folders it may read its own code from; nothing else on this machine can be read, and nothing written. */
  codeFolders: readonly string[]
  wall: Wall
  /** For each job; those of an answer are of its output and of its bytes. */
  limits: KernelLimits & { answerBytes: number; madeBytes: number; timeMs: number }
  clock: Clock
}

/** `from`: file whose content the job is given. `into`: file for the bytes that it answers; without it none are taken. */
export interface ConfinedJob {
  input: unknown
  from: string
  into?: string
}

interface Running {
  child: ChildProcess
  answers: PartReader
  /** An empty part, once its code is loaded; null when it ended before. */
  hello: Promise<Buffer | null>
  jobs: number
  end: Promise<{ code: number | null; signal: string | null; said: string }>
}

/** Memory that a job leaves behind goes with its process. */
const JOBS_OF_A_PROCESS = 500
/** A process that nobody needs gives its memory back. */
const IDLE_MS = 30_000
const STDERR_CHARS = 4000
/** What V8 reserves for code and hardly uses; the kernel counts it (measured: below 600 MiB it does not start). */
const RESERVED_BYTES = 640 * 1024 ** 2
const PIECE_BYTES = 1024 ** 2

/** Somebody else ended the process: nothing that it was given is to blame. */
class KilledError extends Error {}
const KILLED = 'its process was killed'
const SIGNALS_OF_OTHERS = new Set<string | null>(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'])

/**
 * Carries out jobs on what strangers wrote, one at a time, in a process of its own: no network, environment, files or home, and
 * bounded processor time, memory, answers and waits. A process that fails is replaced with the next job.
 */
export class ConfinedWorker {
  readonly #options: WorkerOptions
  #running: Running | null = null
  #isClosed = false
  #cancelIdle = (): void => undefined

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#running?.child.pid
  }

  /** What the job makes of its input; the one before must have ended. Rejects with `ConfinedError` when what it was given is to blame. */
  async run(job: ConfinedJob): Promise<unknown> {
    this.#cancelIdle()
    try {
      return await this.#carryOut(job).catch((error: unknown) => {
        if (error instanceof KilledError && !this.#isClosed) return this.#carryOut(job)
        throw error
      })
    } catch (error) {
      throw error instanceof KilledError && !this.#isClosed ? new ConfinedError(`${error.message}, twice`) : error
    } finally {
      if (!this.#isClosed) this.#cancelIdle = this.#options.clock.after(IDLE_MS, () => this.#end())
    }
  }

  /** Ends the process; what runs fails, and what comes. */
  close(): void {
    this.#isClosed = true
    this.#cancelIdle()
    this.#end()
  }

  #end(): void {
    this.#running?.child.kill('SIGKILL')
    this.#running = null
  }

  async #carryOut(job: ConfinedJob): Promise<unknown> {
    const { limits } = this.#options
    if (this.#isClosed) throw new Error('what reads in confinement was closed')
    const running = (this.#running ??= this.#start())
    running.jobs += 1
    const head = await this.#ask(running, job).catch((failure: unknown) => {
      this.#end()
      throw failure
    })
    // The kernel limits the processor time of a whole process: each job finds most of it left.
    if (running.jobs >= JOBS_OF_A_PROCESS || head.cpuMs > (limits.cpuSeconds * 1000) / 4) this.#end()
    if (head.error !== undefined) throw new ConfinedError(explainFailure(head.error, limits))
    return head.output
  }

  async #ask(running: Running, { input, from, into }: ConfinedJob): Promise<AnswerHead> {
    const { limits, clock } = this.#options
    const { child, answers, hello, end } = running
    if ((await hello) === null) throw await neverBegan(end)
    let isLate = false
    const cancel = clock.after(limits.timeMs, () => {
      isLate = true
      child.kill('SIGKILL')
    })
    const ended = async (): Promise<Error> => {
      if (isLate) return new ConfinedError(`took longer than ${limits.timeMs} ms`)
      const how = await end
      return SIGNALS_OF_OTHERS.has(how.signal) ? new KilledError(KILLED) : new ConfinedError(explainEnd(how, limits))
    }
    try {
      const fed = feed(child, Buffer.from(JSON.stringify(input)), from)
      const [head] = await Promise.all([answers.next(limits.answerBytes), fed])
      if (head === null) throw await ended()
      const isWhole = into ? await answers.nextTo(into, limits.madeBytes) : (await answers.next(0)) !== null
      if (!isWhole) throw await ended()
      return JSON.parse(head.toString()) as AnswerHead
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
    const end: Running['end'] = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, said }))
    })
    // Whoever waits for either hears of its failure; where nobody does, it must not end this process.
    end.catch(() => undefined)
    const answers = new PartReader(child.stdout)
    const hello = answers.next(0)
    hello.catch(() => undefined)
    return { child, answers, hello, jobs: 0, end }
  }
}

/** What it was to read is not to blame: it was given nothing yet. */
async function neverBegan(end: Running['end']): Promise<Error> {
  const { code, signal, said } = await end
  if (SIGNALS_OF_OTHERS.has(signal)) return new KilledError(KILLED)
  return new Error(`the process that reads in confinement did not start (${signal ?? `exit code ${code}`}): ${said}`)
}

/** Gives a process its input and the content of a file. */
async function feed({ stdin }: ChildProcess, input: Buffer, file: string): Promise<void> {
  const { size } = await stat(file)
  const isTaken = (bytes: Buffer): Promise<boolean> =>
    new Promise((resolve) => stdin?.write(bytes, (error) => resolve(!error)))
  if (!(await isTaken(Buffer.concat([frame(input), lengthOf(size)])))) return
  // Why a process ended that takes no more is told by its end.
  for await (const chunk of createReadStream(file, { highWaterMark: PIECE_BYTES }))
    if (!(await isTaken(chunk as Buffer))) return
}
