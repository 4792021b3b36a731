import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock } from '@atrium/runtime/base/clock.ts'
import { sha256 } from '../names.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

/** What the cache may take of the agent's volume. */
const MAX_BYTES = 256 * 1024 * 1024
const hexOf = (digest: string): string => digest.replace(/^sha256:/, '')

/**
 * Archives of packs on the agent's volume, by the digest of their manifest: a chart can be put back while plane and registry are
 * away. A file is named `<manifest>-<archive>`, so that what is read can be checked; the ones longest unused make room.
 */
export class ArchiveCache {
  readonly #folder: string
  readonly #clock: Clock
  readonly #maxBytes: number

  constructor(folder: string, clock: Clock, maxBytes = MAX_BYTES) {
    this.#folder = folder
    this.#clock = clock
    this.#maxBytes = maxBytes
  }

  /** Null when it is not kept, or no longer what its name says. */
  async get(digest: string): Promise<Buffer | null> {
    const name = (await this.#names()).find((one) => one.startsWith(`${hexOf(digest)}-`))
    if (name === undefined) return null
    const path = join(this.#folder, name)
    const archive = await readPrivateFile(path)
    if (archive !== null && name.endsWith(`-${sha256(archive)}`)) {
      const now = new Date(this.#clock.now())
      await utimes(path, now, now)
      return archive
    }
    await rm(path, { force: true })
    return null
  }

  async put(digest: string, archive: Buffer): Promise<void> {
    if (archive.length > this.#maxBytes) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await this.#makeRoom(archive.length)
    await writePrivateFile(join(this.#folder, `${hexOf(digest)}-${sha256(archive)}`), archive)
  }

  async #makeRoom(bytes: number): Promise<void> {
    const names = await this.#names()
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name)
        const { size, mtimeMs } = await stat(path)
        return { path, size, mtimeMs }
      }),
    )
    let free = this.#maxBytes - files.reduce((sum, { size }) => sum + size, 0)
    for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (free >= bytes) return
      await rm(path, { force: true })
      free += size
    }
  }

  async #names(): Promise<string[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    return readdir(this.#folder)
  }
}
