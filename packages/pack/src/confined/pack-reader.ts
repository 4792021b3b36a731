import { join, resolve } from 'node:path'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import type { Wall } from '@atrium/runtime/confined/wall.ts'
import { ConfinedWorkers } from '@atrium/runtime/confined/workers.ts'
import { PackError, packError } from '../format/problems.ts'
import type { GitFile } from '../sources/git/batch.ts'
import type { ChartEntry, HelmIndex } from '../sources/helm/index-file.ts'
import { packLimits } from '../sources/limits.ts'
import type { PackEntry } from '../sources/summary.ts'
import type { Answer, MadePack, Question } from './answer.ts'

const MIB = 1024 ** 2
const limits = {
  cpuSeconds: 30,
  memoryBytes: 512 * MIB,
  timeMs: 120_000,
  answerBytes: 16 * MIB,
  madeBytes: packLimits.archiveBytes,
} as const
const root = resolve(import.meta.dirname, '../../../..')

/**
 * Reads what registries hold, behind the wall: strangers wrote it. The content lies in files, so that it is never in this process. All
 * throw `PackError`, also where a limit ended the reading.
 */
export class PackReader {
  readonly wall: Wall
  readonly #workers: ConfinedWorkers

  constructor(wall: Wall, clock: Clock, count = 2) {
    this.wall = wall
    this.#workers = new ConfinedWorkers(count, {
      job: join(import.meta.dirname, 'answer.ts'),
      codeFolders: [join(root, 'packages'), join(root, 'node_modules')],
      ...{ wall, limits, clock },
    })
  }

  /** Of the processes that read now. */
  get pids(): number[] {
    return this.#workers.pids
  }

  /** What a catalogue keeps of a pack archive; `source` names it in messages. */
  archive(file: string, source: string): Promise<PackEntry> {
    return this.#ask({ about: 'archive', source }, source, file)
  }

  /** The pack of a chart archive; the pack's own archive is put into `into`. */
  chart({ name, version, description }: Omit<ChartEntry, 'url' | 'digest'>, file: string, into: string) {
    return this.#ask<MadePack>({ about: 'chart', name, version, description }, `${name}:${version}`, file, into)
  }

  /** The pack in a folder of a repository, of what `GitCheckout.read` put into `file`; its archive is put into `into`. */
  folder(files: GitFile[], place: string, file: string, into: string): Promise<MadePack> {
    return this.#ask({ about: 'folder', files }, place, file, into)
  }

  /** The charts that an `index.yaml` lists, which lies at `base`; with `only`, every version of that chart. */
  index(file: string, base: string, only?: string): Promise<HelmIndex> {
    return this.#ask({ about: 'index', base, ...(only !== undefined && { only }) }, 'index.yaml', file)
  }

  close(): void {
    this.#workers.close()
  }

  async #ask<Found>(input: Question, source: string, from: string, into?: string): Promise<Found> {
    const job = { input, from, ...(into !== undefined && { into }) }
    const answer = (await this.#workers.run(job).catch((error: unknown) => {
      if (!(error instanceof ConfinedError)) throw error
      throw packError(source, `cannot be read within the limits: ${error.message}`, { cause: error })
    })) as Answer
    if ('problems' in answer) throw new PackError(answer.problems)
    return answer.found as Found
  }
}
