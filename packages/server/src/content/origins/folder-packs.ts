import { createHash } from 'node:crypto'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PackReader } from '@atrium/pack/confined/pack-reader.ts'
import { packError } from '@atrium/pack/format/problems.ts'
import { copyPackDirectory, listPackDirectories } from '@atrium/pack/sources/directory.ts'
import { packLimits } from '@atrium/pack/sources/limits.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { madePack } from './made-pack.ts'
import { type Listing, type Offer, type Origin, originLimits, type ReadPack } from './origin.ts'

/** The folder that `file:///path` names; null when it is no such address. */
export function folderAddress(endpoint: string): string | null {
  const url = endpoint.startsWith('file:///') ? URL.parse(endpoint) : null
  return url && !/%2f|%00/i.test(url.pathname) && !url.search && !url.hash ? fileURLToPath(url) : null
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Packs in folders of the server's machine, below the one that the operator allows. */
export class FolderPacks implements Origin {
  readonly #folder: string
  readonly #allowed: string | null
  readonly #reader: PackReader

  constructor(folder: string, allowed: string | null, reader: PackReader) {
    this.#folder = folder
    this.#allowed = allowed
    this.#reader = reader
  }

  async list(since: string | null, _signal: AbortSignal): Promise<Listing | 'unchanged'> {
    const root = await this.#root()
    const folders = await listPackDirectories(root).catch(unreadable(this.#folder))
    const offers: Offer[] = []
    for (const folder of folders.slice(0, originLimits.packs))
      offers.push({ place: relative(root, folder), mark: await markOf(folder) })
    const mark = digestOf(JSON.stringify([this.#folder, offers]))
    if (mark === since) return 'unchanged'
    return { offers, mark, leftOut: folders.length - offers.length }
  }

  async read({ place }: Offer, folder: string): Promise<ReadPack> {
    const [content, archive] = [join(folder, 'content'), join(folder, 'archive')]
    const files = await copyPackDirectory(join(await this.#root(), place), content)
    return madePack(await this.#reader.folder(files, place, content, archive), archive)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** Looked at anew each time: the operator may have forbidden it since, and links lead elsewhere. */
  async #root(): Promise<string> {
    if (this.#allowed === null)
      throw packError(this.#folder, 'cannot be read: this server allows no folder of its machine (ATRIUM_PACK_FOLDER)')
    const allowed = await realpath(this.#allowed).catch(unreadable(this.#allowed))
    const root = await realpath(this.#folder).catch(unreadable(this.#folder))
    const below = relative(allowed, root)
    if (below.split('/')[0] === '..' || isAbsolute(below))
      throw packError(
        this.#folder,
        `is not below ${this.#allowed}, the folder that this server allows (ATRIUM_PACK_FOLDER)`,
      )
    return root
  }
}

/** Another one whenever a file was written, without reading any. */
async function markOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true })
  const seen: string[] = []
  for (const path of entries.sort().slice(0, packLimits.entries)) {
    const { size, mtimeMs, ctimeMs, ino } = await lstat(join(folder, path)).catch(unreadable(join(folder, path)))
    seen.push(JSON.stringify([path, size, mtimeMs, ctimeMs, ino]))
  }
  return digestOf(`${entries.length}\n${seen.join('\n')}`)
}

const unreadable =
  (path: string) =>
  (cause: unknown): never => {
    throw packError(path, `cannot be read: ${messageOf(cause)}`, { cause })
  }
