import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PackReader } from '@atrium/pack/confined/pack-reader.ts'
import { packError } from '@atrium/pack/format/problems.ts'
import { GitCheckout } from '@atrium/pack/sources/git/checkout.ts'
import { GitRemote, type GitRemoteOptions } from '@atrium/pack/sources/git/remote.ts'
import { madePack } from './made-pack.ts'
import { type Listing, type Offer, type Origin, originLimits, type ReadPack } from './origin.ts'

/** `git+https://host/repository.git#ref:folder` */
export interface GitAddress {
  url: string
  ref: string
  folder: string
}

/** Reads the address of a git repository; null when it is none. */
export function gitAddress(endpoint: string): GitAddress | null {
  if (!endpoint.startsWith('git+https://')) return null
  const [url = '', fragment = ''] = endpoint.slice('git+'.length).split('#', 2)
  const [ref = '', folder = ''] = fragment.split(':', 2)
  return { url: url.replace(/\/+$/, ''), ref: ref || 'HEAD', folder: folder.replace(/^\/+|\/+$/g, '') }
}

/** Packs in folders of a git repository: one commit, without its history. */
export class GitPacks implements Origin {
  readonly #address: GitAddress
  readonly #remote: GitRemote
  readonly #reader: PackReader
  #checkout: GitCheckout | null = null
  #folder: string | null = null

  constructor(address: GitAddress, options: Omit<GitRemoteOptions, 'url'>, reader: PackReader) {
    this.#address = address
    this.#remote = new GitRemote({ ...options, url: address.url })
    this.#reader = reader
  }

  async list(since: string | null, signal: AbortSignal): Promise<Listing | 'unchanged'> {
    const commit = await this.#remote.commitOf(this.#address.ref, signal)
    if (commit === since) return 'unchanged'
    this.#folder = await mkdtemp(join(tmpdir(), 'atrium-git-'))
    const place = { folder: this.#folder, wall: this.#reader.wall }
    this.#checkout = await GitCheckout.open(place, commit, this.#remote.packfile(commit, signal), signal)
    const folders = this.#checkout.packs(this.#address.folder)
    const offers = folders.slice(0, originLimits.packs).map(({ path, tree }) => ({ place: path, mark: tree }))
    return { offers, mark: commit, leftOut: folders.length - offers.length }
  }

  async read({ place }: Offer, folder: string, signal: AbortSignal): Promise<ReadPack> {
    if (this.#checkout === null) throw packError(place, 'was not read')
    const [content, archive] = [join(folder, 'content'), join(folder, 'archive')]
    const files = await this.#checkout.read(place, content, signal)
    return madePack(await this.#reader.folder(files, place, content, archive), archive)
  }

  async close(): Promise<void> {
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true })
    this.#checkout = null
    this.#folder = null
  }
}
