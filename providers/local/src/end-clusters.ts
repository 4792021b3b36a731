import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { adoptProcess, stopProcess } from '@atrium/toolchain/process.ts'
import { clusterPaths, clustersFolder } from './cloud/paths.ts'
import { STOP_ORDER } from './cloud/processes.ts'

const GRACE_MS = 10_000

/**
 * Ends what the process records of a home's clusters name: for when the daemon, which does that in order, is dead and
 * cannot be started. Answers how many processes it ended.
 */
export const endClusters = async (home: string, clock: Clock): Promise<number> => {
  const dir = join(home, 'cloud')
  const ended = await Promise.all(namesIn(clustersFolder(dir)).map((uid) => endCluster(dir, uid, clock)))
  return ended.reduce((sum, one) => sum + one, 0)
}

const endCluster = async (dir: string, uid: string, clock: Clock): Promise<number> => {
  const { pods, run } = clusterPaths(dir, uid)
  let ended = await endAll(
    namesIn(pods).flatMap((pod) => recordsIn(join(pods, pod, 'run'))),
    clock,
  )
  for (const names of STOP_ORDER)
    ended += await endAll(
      names.map((name) => join(run, `${name}.json`)),
      clock,
    )
  return ended
}

const endAll = async (recordFiles: string[], clock: Clock): Promise<number> => {
  const found = await Promise.all(recordFiles.map((file) => adoptProcess(file, clock)))
  const running = found.filter((record) => record !== null)
  await Promise.all(running.map((record) => stopProcess(record, { graceMs: GRACE_MS, group: true }, clock)))
  return running.length
}

/** Also of what was about to be started when the daemon died. */
const recordsIn = (folder: string): string[] => [
  ...new Set(
    namesIn(folder).flatMap((name) =>
      /\.json(\.starting)?$/.test(name) ? [join(folder, name.replace('.starting', ''))] : [],
    ),
  ),
]

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])
