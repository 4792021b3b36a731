import { gunzipSync, gzipSync } from 'node:zlib'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject, KubeRef } from '@atrium/kube/object.ts'
import { FIELD_MANAGER, STORE_LABEL, sha256, shortHash } from '../names.ts'

/** Where the agent keeps what must survive its pod. */
export interface ContentStore {
  put(key: string, content: Buffer): Promise<void>
  get(key: string): Promise<Buffer | null>
  keys(): Promise<string[]>
  delete(key: string): Promise<void>
}

/** A Secret holds 1 MiB, base64 and metadata included in what etcd takes. */
const PART_BYTES = 700 * 1024
const CONTENT_BYTES = 64 * 1024 * 1024
const KEY = 'atrium.dev/key'
const PARTS = 'atrium.dev/parts'
const DIGEST = 'atrium.dev/digest'

/**
 * Content of any size in Secrets of the agent's namespace: the first part under a name made from the key, further
 * parts under names that contain the content's digest. The first part is written last, so a reader sees the old
 * content or the new one, never a mixture.
 */
export class ClusterStore implements ContentStore {
  readonly #client: KubeClient
  readonly #namespace: string
  readonly #area: string

  constructor(client: KubeClient, namespace: string, area: string) {
    this.#client = client
    this.#namespace = namespace
    this.#area = area
  }

  async put(key: string, content: Buffer): Promise<void> {
    const packed = gzipSync(content)
    const digest = sha256(packed)
    const count = Math.max(1, Math.ceil(packed.length / PART_BYTES))
    const before = await this.#head(key)
    for (let index = count - 1; index >= 0; index--) {
      const part = packed.subarray(index * PART_BYTES, (index + 1) * PART_BYTES)
      await this.#write(this.#partName(key, digest, index), part, index === 0 ? { key, count, digest } : null)
    }
    if (before && before.digest !== digest) await this.#deleteTail(key, before)
  }

  async get(key: string): Promise<Buffer | null> {
    const head = await this.#head(key)
    if (!head) return null
    const parts: Buffer[] = []
    for (let index = 0; index < head.count; index++) {
      const secret = await this.#client.find(this.#ref(this.#partName(key, head.digest, index)))
      if (!secret) return null
      parts.push(contentOf(secret))
    }
    const packed = Buffer.concat(parts)
    if (sha256(packed) !== head.digest) return null
    return gunzipSync(packed, { maxOutputLength: CONTENT_BYTES })
  }

  async keys(): Promise<string[]> {
    const { items } = await this.#client.list({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: this.#namespace,
      labelSelector: `${STORE_LABEL}=${this.#area}`,
      metadataOnly: true,
    })
    return items.flatMap((item) => item.metadata.annotations?.[KEY] ?? [])
  }

  async delete(key: string): Promise<void> {
    const head = await this.#head(key)
    await this.#client.delete(this.#ref(this.#partName(key, '', 0)))
    if (head) await this.#deleteTail(key, head)
  }

  async #deleteTail(key: string, head: { digest: string; count: number }): Promise<void> {
    for (let index = 1; index < head.count; index++)
      await this.#client.delete(this.#ref(this.#partName(key, head.digest, index)))
  }

  async #head(key: string): Promise<{ digest: string; count: number } | null> {
    const secret = await this.#client.find(this.#ref(this.#partName(key, '', 0)))
    const annotations = secret?.metadata.annotations
    return annotations ? { digest: annotations[DIGEST] ?? '', count: Number(annotations[PARTS] ?? 1) } : null
  }

  async #write(name: string, part: Buffer, head: { key: string; count: number; digest: string } | null): Promise<void> {
    const annotations = head && { [KEY]: head.key, [PARTS]: String(head.count), [DIGEST]: head.digest }
    const secret: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: this.#namespace,
        labels: { [STORE_LABEL]: this.#area },
        ...(annotations ? { annotations } : {}),
      },
      type: 'atrium.dev/agent',
      data: { content: part.toString('base64') },
    }
    await this.#client.apply(secret, { fieldManager: FIELD_MANAGER, force: true })
  }

  #partName(key: string, digest: string, index: number): string {
    const base = `atrium-agent-${this.#area}-${shortHash(key)}`
    return index === 0 ? base : `${base}-${digest.slice(0, 12)}-${index}`
  }

  #ref(name: string): KubeRef {
    return { apiVersion: 'v1', kind: 'Secret', namespace: this.#namespace, name }
  }
}

function contentOf(secret: KubeObject): Buffer {
  const data = secret.data as Record<string, string> | undefined
  return Buffer.from(data?.content ?? '', 'base64')
}
