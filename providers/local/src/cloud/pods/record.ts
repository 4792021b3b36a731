import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { ContainerState } from './pod.ts'

/** What the runner remembers of a pod across crashes of this daemon. */
export interface PodRecord {
  uid: string
  namespace: string
  name: string
  nodeName: string
  containers: Record<string, ContainerRecord>
}

export interface ContainerRecord {
  restartCount: number
  /** Crashes in a row, for the back-off. */
  crashes: number
  /** It was started and its end was not noted yet. */
  running: boolean
  /** RFC 3339 of the present or last start; empty before the first. */
  startedAt: string
  /** Not started again before this moment (clock milliseconds). */
  notBefore: number
  /** How the last run ended; null while the first one runs. */
  last: ContainerState['terminated'] | null
  /** It ended and is not to be started again. */
  finished: boolean
}

export const newContainer: ContainerRecord = {
  restartCount: 0,
  crashes: 0,
  running: false,
  startedAt: '',
  notBefore: 0,
  last: null,
  finished: false,
}

/** The folder of one pod. */
export interface PodFolder {
  root: string
  volumes: string
  work: string
  log(container: string): string
  processRecord(container: string): string
  read(): PodRecord | null
  save(record: PodRecord): void
}

export const podFolder = (podsFolder: string, uid: string): PodFolder => {
  const root = join(podsFolder, uid)
  const recordFile = join(root, 'pod.json')
  return {
    root,
    volumes: join(root, 'volumes'),
    work: join(root, 'work'),
    log: (container) => join(root, 'logs', `${container}.log`),
    processRecord: (container) => join(root, 'run', `${container}.json`),
    read() {
      try {
        return JSON.parse(readFileSync(recordFile, 'utf8')) as PodRecord
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return null
        throw error
      }
    },
    save(record) {
      for (const folder of ['volumes', 'work/tmp', 'logs', 'run'])
        mkdirSync(join(root, folder), { recursive: true, mode: 0o700 })
      writeFileAtomically(recordFile, JSON.stringify(record))
    },
  }
}
