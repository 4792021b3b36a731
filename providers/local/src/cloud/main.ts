import { globSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { hasCode } from '@atrium/runtime/base/files.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { tryLock } from '@atrium/toolchain/lock.ts'
import { keepLogs } from '@atrium/toolchain/log-file.ts'
import { Cloud } from './cloud.ts'
import { jsonLogger } from './log.ts'
import type { CloudTools } from './protocol.ts'
import { serveCloud } from './server.ts'

const { values } = parseArgs({
  options: { dir: { type: 'string' }, socket: { type: 'string' }, tools: { type: 'string' } },
})
const { dir, socket, tools } = values
if (dir === undefined || socket === undefined || tools === undefined)
  throw new Error('usage: main.ts --dir FOLDER --socket PATH --tools JSON')

// Keys and secrets of pods are written below: nothing of it for others.
process.umask(0o077)
const logger = jsonLogger(systemClock, (line) => process.stdout.write(line))
const lock = tryLock(join(dir, 'daemon.lock'))
if (lock === null) throw new Error(`another cloud daemon serves ${dir}`)
const cloud = new Cloud({
  clock: systemClock,
  random: systemRandom,
  logger,
  tools: JSON.parse(tools) as CloudTools,
  dir,
  socketFolder: dirname(socket),
  env: process.env,
})
/** Its own, and those of the processes of clusters and pods: nobody else is sure to live as long. */
const logs = (): string[] =>
  globSync(['daemon.log', 'clusters/*/logs/*.log', 'clusters/*/pods/*/logs/*.log'], { cwd: dir }).map((path) =>
    join(dir, path),
  )
const stopLogs = keepLogs(logs, systemClock, logger)
const end = async (processes: boolean): Promise<void> => {
  // Answers under way are still sent.
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  await stopLogs()
  await cloud.close({ processes })
  rmSync(socket, { force: true })
  lock.release()
  removeIfEmpty(dirname(socket))
  process.exit(0)
}
const server = await serveCloud(socket, {
  cloud,
  logger,
  about: () => ({
    pid: process.pid,
    kubernetesVersions: Object.keys((JSON.parse(tools) as CloudTools).kubernetes),
  }),
  onShutdown: (processes) => void end(processes),
})
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(false))
const removeIfEmpty = (folder: string): void => {
  try {
    rmdirSync(folder)
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'ENOENT')) throw error
  }
}
logger.info({ dir, socket, pid: process.pid }, 'cloud serves')
