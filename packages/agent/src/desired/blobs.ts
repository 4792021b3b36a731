import { type DesiredState, desiredStateLimits } from '@atrium/api/link/desired-state.ts'
import { sha256 } from '../names.ts'
import type { PlaneLink } from '../ports.ts'
import type { ContentStore } from '../storage/cluster-store.ts'
import { Mutex } from '../storage/mutex.ts'

/** Digests of every blob these desired states refer to. */
export const blobDigests = (...states: (DesiredState | null)[]): Set<string> =>
  new Set(
    states
      .filter((state) => state !== null)
      .flatMap(({ sensitive, layers }) => [
        ...(sensitive ? [sensitive] : []),
        ...layers.flatMap((layer) => [layer.valuesDigest, ...layer.manifests.map((manifest) => manifest.digest)]),
      ]),
  )

/** Values and manifests by digest: fetched once, kept in the cluster for the time the plane is away. */
export class BlobCache {
  readonly #store: ContentStore
  readonly #link: Pick<PlaneLink, 'fetchBlob'>
  readonly #held = new Map<string, Buffer>()
  /** A blob that is being deleted must not be found meanwhile. */
  readonly #storing = new Mutex()

  constructor(store: ContentStore, link: Pick<PlaneLink, 'fetchBlob'>) {
    this.#store = store
    this.#link = link
  }

  async get(digest: string, signal?: AbortSignal): Promise<Buffer> {
    return this.#held.get(digest) ?? this.#storing.run(() => this.#load(digest, signal))
  }

  async #load(digest: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const held = this.#held.get(digest) ?? (await this.#store.get(digest))
    if (held) {
      this.#held.set(digest, held)
      return held
    }
    const content = await this.#fetch(digest, signal)
    await this.#store.put(digest, content)
    this.#held.set(digest, content)
    return content
  }

  /** As `get`, and keeps nothing: for a look ahead. */
  async peek(digest: string, signal?: AbortSignal): Promise<Buffer> {
    return this.#held.get(digest) ?? (await this.#store.get(digest)) ?? this.#fetch(digest, signal)
  }

  async #fetch(digest: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const content = await this.#link.fetchBlob(digest, signal)
    if (content.length > desiredStateLimits.blobBytes) throw new Error(`blob ${digest} is larger than allowed`)
    if (`sha256:${sha256(content)}` !== digest)
      throw new Error(`blob ${digest} does not have the content its name says`)
    return content
  }

  /** Fetches what a new desired state needs, so that it can be enforced later without the plane. */
  async prefetch(desired: DesiredState, signal?: AbortSignal): Promise<void> {
    for (const digest of blobDigests(desired)) await this.get(digest, signal)
  }

  /** Forgets all but what is needed, which is asked anew for each: states come meanwhile. */
  async retain(needed: () => ReadonlySet<string>): Promise<void> {
    const isNeeded = (digest: string): boolean => needed().has(digest)
    for (const digest of [...this.#held.keys(), ...(await this.#store.keys())])
      await this.#storing.run(async () => {
        if (isNeeded(digest)) return
        this.#held.delete(digest)
        await this.#store.delete(digest)
      })
  }
}
