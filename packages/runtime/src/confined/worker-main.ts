import { messageOf } from '../base/errors.ts'
import { frame, PartReader } from './frames.ts'

/** What the module of a job exports as `run`. */
export type Job<Input> = (input: Input, bytes: Buffer) => Promise<{ output: unknown; bytes?: Uint8Array }>

/** The first part of an answer; what it was given to is to blame for an `error`. */
export interface AnswerHead {
  output?: unknown
  error?: string
  /** Processor time of the whole process until now. */
  cpuMs: number
}

/** A confined process: takes jobs from standard input until that ends, answers on standard output. Its only argument is the job's module. */
const { run } = (await import(process.argv[2] ?? '')) as { run: Job<unknown> }
const input = new PartReader(process.stdin)
process.stdout.write(frame(Buffer.of()))
for (;;) {
  const head = await input.next(Number.MAX_SAFE_INTEGER)
  const bytes = await input.next(Number.MAX_SAFE_INTEGER)
  if (head === null || bytes === null) break
  const { bytes: made = Buffer.alloc(0), ...answer } = await run(JSON.parse(head.toString()), bytes).catch(
    (error: unknown) => ({ error: messageOf(error), bytes: undefined }),
  )
  const { user, system } = process.cpuUsage()
  process.stdout.write(frame(Buffer.from(JSON.stringify({ ...answer, cpuMs: (user + system) / 1000 })), made))
}
