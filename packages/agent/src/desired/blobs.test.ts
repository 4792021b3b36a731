import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { beforeEach, expect, test } from 'vitest'
import { sha256 } from '../names.ts'
import { memoryStore } from '../testing/memory-store.ts'
import { BlobCache, blobDigests } from './blobs.ts'

const digestOf = (content: string): string => `sha256:${sha256(Buffer.from(content))}`
const state = (generation: number, ...contents: string[]): DesiredState => ({
  ...{ clusterUid: 'c', clusterName: 'n', epoch: 1, generation, kubernetesVersion: '1' },
  layers: contents.map((content) => ({
    ...{ id: content, name: content, profileUid: 'u', packUid: 'u', version: '1', kind: 'addon', priority: 0 },
    ...{ valuesDigest: digestOf(content), manifests: [], namespace: '' },
  })),
  policy: { drift: 'heal', nodes: 'heal' },
})

/** Called before each deletion. */
let onDelete: (digest: string) => Promise<void>
let store: ReturnType<typeof memoryStore>
let blobs: BlobCache
beforeEach(() => {
  onDelete = async () => undefined
  store = memoryStore()
  const remove = store.delete
  store.delete = async (digest) => {
    await onDelete(digest)
    await remove(digest)
  }
  const plane = new Map(['a', 'b', 'c'].map((content) => [digestOf(content), Buffer.from(content)]))
  blobs = new BlobCache(store, { fetchBlob: async (digest) => plane.get(digest) ?? Buffer.of() })
})
const kept = (): string[] => [...store.contents.values()].map(String).sort()

test('what a state needs that is still being fetched is not forgotten with the old', async () => {
  await blobs.prefetch(state(1, 'a', 'b'))
  const incoming: (DesiredState | null)[] = [null]
  onDelete = async () => {
    // The next state arrives while the former one's blobs are being forgotten.
    if (incoming[0]) return
    incoming[0] = state(3, 'c')
    void blobs.prefetch(state(3, 'c'))
  }
  await blobs.retain(() => blobDigests(state(2, 'b'), ...incoming))
  expect(await blobs.get(digestOf('c'))).toEqual(Buffer.from('c'))
  await blobs.retain(() => blobDigests(state(2, 'b'), ...incoming))
  expect(kept()).toEqual(['b', 'c'])
})

test('a blob that is needed again while it is being deleted is fetched anew', async () => {
  await blobs.prefetch(state(1, 'a'))
  const again: Promise<void>[] = []
  onDelete = async () => {
    if (again.length === 0) again.push(blobs.prefetch(state(2, 'a')))
  }
  await blobs.retain(() => blobDigests(again.length > 0 ? state(2, 'a') : null))
  await Promise.all(again)
  expect(kept()).toEqual(['a'])
})
