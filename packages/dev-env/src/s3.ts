import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { logTail, startProcess, stopProcess } from '@atrium/toolchain/process.ts'
import { freePort } from './free-port.ts'
import { goProgram } from './go-program.ts'

/** Something that answers as S3 does, with one empty bucket in a folder of its own. */
export interface S3Server {
  url: string
  bucket: string
  stop(): Promise<void>
}

export async function startS3(): Promise<S3Server> {
  const program = await goProgram('peer-s3', 'github.com/johannesboyne/gofakes3/cmd/gofakes3')
  const folder = await mkdtemp(join(tmpdir(), 'atrium-s3-'))
  const at = (name: string): string => join(folder, name)
  const [port, bucket] = [await freePort(), 'packs']
  const spec = {
    name: 's3',
    command: program,
    args: [
      '-host',
      `127.0.0.1:${port}`,
      '-backend',
      'bolt',
      '-bolt.db',
      at('s3.db'),
      '-initialbucket',
      bucket,
      '-quiet',
    ],
    env: { PATH: '', HOME: folder },
    cwd: folder,
    logFile: at('log'),
    recordFile: at('record.json'),
  }
  const record = await startProcess(spec, systemClock)
  const url = `http://127.0.0.1:${port}`
  const answers = (): Promise<boolean> =>
    fetch(`${url}/${bucket}`).then(
      ({ ok }) => ok,
      () => false,
    )
  for (let tries = 0; !(await answers()); tries += 1) {
    if (tries > 300) throw new Error(`the bucket does not answer: ${logTail(spec.logFile)}`)
    await systemClock.sleep(100)
  }
  return {
    url,
    bucket,
    async stop() {
      await stopProcess(record, { graceMs: 5000 }, systemClock)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
