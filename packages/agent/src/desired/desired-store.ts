import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { DesiredPosition } from '../ports.ts'
import type { ContentStore } from '../storage/cluster-store.ts'
import { Mutex } from '../storage/mutex.ts'
import { readPrivateFile, writePrivateFile } from '../storage/private-file.ts'
import { comparePositions } from './position.ts'

/** What is kept: the newest desired state, and the newest one that was fully applied. */
interface Kept {
  desired: DesiredState | null
  applied: DesiredPosition | null
  /** Lists of sensitive values of former states, newest first: what they were installed with may still be spoken of. */
  formerSensitive?: string[]
}

export interface DesiredStoreOptions {
  /** A file of the agent's own folder; read first, as it is there before the API server answers. */
  path: string
  /** Survives the pod. */
  cluster: ContentStore
  logger: Logger
}

const KEY = 'desired'
/** Rotations that are remembered. */
const FORMER = 16
const FILE_BYTES = 1024 * 1024

/** Keeps the newest desired state on disk (0600) and in the cluster, so that it is enforced while the plane is away. */
export class DesiredStore {
  readonly #options: DesiredStoreOptions
  /** Two writers: what arrives, and what was applied. */
  readonly #writing = new Mutex()
  #kept: Kept

  private constructor(options: DesiredStoreOptions, kept: Kept) {
    this.#options = options
    this.#kept = kept
  }

  static async open(options: DesiredStoreOptions): Promise<DesiredStore> {
    const copies = [await fromDisk(options), await fromCluster(options)]
    const store = new DesiredStore(options, copies.reduce(newer, { desired: null, applied: null }))
    return store
  }

  get current(): DesiredState | null {
    return this.#kept.desired
  }

  get applied(): DesiredPosition | null {
    return this.#kept.applied
  }

  /** Digests of the lists of sensitive values that former states named. */
  get formerSensitive(): string[] {
    return this.#kept.formerSensitive ?? []
  }

  #former({ sensitive }: DesiredState): string[] {
    const before = this.#kept.desired?.sensitive
    const all = new Set([...(before === undefined ? [] : [before]), ...this.formerSensitive])
    if (sensitive !== undefined) all.delete(sensitive)
    return [...all].slice(0, FORMER)
  }

  /** False when it is not newer than what is kept: a restored or slow plane never takes a cluster back. */
  accept(desired: DesiredState): Promise<boolean> {
    return this.#writing.run(async () => {
      if (comparePositions(desired, this.#kept.desired) <= 0) return false
      await this.#save({ ...this.#kept, desired, formerSensitive: this.#former(desired) })
      return true
    })
  }

  markApplied({ epoch, generation }: DesiredPosition): Promise<void> {
    return this.#writing.run(async () => {
      const applied = { epoch, generation }
      if (comparePositions(applied, this.#kept.applied) > 0) await this.#save({ ...this.#kept, applied })
    })
  }

  /** The disk must take it; the cluster may be unreachable and gets it with the next change. */
  async #save(kept: Kept): Promise<void> {
    const content = Buffer.from(JSON.stringify(kept))
    await writePrivateFile(this.#options.path, content)
    this.#kept = kept
    try {
      await this.#options.cluster.put(KEY, content)
    } catch (error) {
      this.#options.logger.warn({ error: messageOf(error) }, 'the desired state is kept on disk only')
    }
  }
}

function newer(a: Kept, b: Kept | null): Kept {
  if (!b) return a
  return {
    desired: comparePositions(b.desired, a.desired) > 0 ? b.desired : a.desired,
    applied: comparePositions(b.applied, a.applied) > 0 ? b.applied : a.applied,
    formerSensitive: [...new Set([...(a.formerSensitive ?? []), ...(b.formerSensitive ?? [])])],
  }
}

function parse(content: Buffer | null, logger: Logger, where: string): Kept | null {
  if (!content || content.length > FILE_BYTES) return null
  try {
    const kept = JSON.parse(content.toString('utf8')) as Kept
    const { desired, applied, formerSensitive } = kept
    return { desired: desired ?? null, applied: applied ?? null, formerSensitive: formerSensitive ?? [] }
  } catch (error) {
    logger.warn({ where, error: messageOf(error) }, 'a kept desired state cannot be read and is ignored')
    return null
  }
}

async function fromDisk(options: DesiredStoreOptions): Promise<Kept | null> {
  return parse(await readPrivateFile(options.path), options.logger, 'disk')
}

async function fromCluster(options: DesiredStoreOptions): Promise<Kept | null> {
  return parse(await options.cluster.get(KEY), options.logger, 'cluster')
}
