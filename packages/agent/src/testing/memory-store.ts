import type { ContentStore } from '../storage/cluster-store.ts'

/** A store in memory; rejects while `broken`. */
export interface MemoryStore extends ContentStore {
  readonly contents: Map<string, Buffer>
  broken: boolean
}

/** Stands for the Secrets of a cluster in tests without one. `contents` outlives a restart. */
export function memoryStore(contents = new Map<string, Buffer>()): MemoryStore {
  return {
    contents,
    broken: false,
    async put(key, content) {
      if (this.broken) throw new Error('no API server')
      contents.set(key, content)
    },
    get: async (key) => contents.get(key) ?? null,
    keys: async () => [...contents.keys()],
    delete: async (key) => void contents.delete(key),
  }
}
