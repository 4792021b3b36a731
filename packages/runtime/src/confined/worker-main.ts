import { messageOf } from '../base/errors.ts'
import { frame, PartReader } from './frames.ts'

/**
 * A confined process: takes jobs from standard input until that ends, answers on standard output. Its only argument is the module with
 * the job, `run(input, bytes)`.
 */
const { run } = (await import(process.argv[2] ?? '')) as {
  run: (input: unknown, bytes: Uint8Array) => unknown
}
const input = new PartReader(process.stdin)
for (;;) {
  const head = await input.next(Number.MAX_SAFE_INTEGER)
  const bytes = await input.next(Number.MAX_SAFE_INTEGER)
  if (head === null || bytes === null) break
  const answer = await (async () => ({ output: await run(JSON.parse(head.toString()), bytes) }))().catch(
    (error: unknown) => ({ error: messageOf(error) }),
  )
  process.stdout.write(frame(Buffer.from(JSON.stringify(answer))))
}
