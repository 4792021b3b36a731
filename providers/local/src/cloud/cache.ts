import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject, KubeType } from '@atrium/kube/object.ts'
import { watchResource } from '@atrium/kube/watch.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'

/** The present objects of one kind, kept by a watch. */
export interface Cache<T extends KubeObject> {
  readonly synced: Promise<void>
  get(name: string, namespace?: string): T | undefined
  all(): T[]
  stop(): Promise<void>
}

export interface CacheDeps {
  client: KubeClient
  clock: Clock
  random: Random
  logger: Logger
}

export const startCache = <T extends KubeObject>(type: KubeType, deps: CacheDeps, onChange: () => void): Cache<T> => {
  const objects = new Map<string, T>()
  const keyOf = (name: string, namespace = ''): string => `${namespace}/${name}`
  const watch = watchResource({
    ...deps,
    query: type,
    onObject(change, object) {
      const key = keyOf(object.metadata.name, object.metadata.namespace)
      if (change === 'gone') objects.delete(key)
      else objects.set(key, object as T)
      onChange()
    },
    onSynced: onChange,
  })
  return {
    synced: watch.synced,
    get: (name, namespace) => objects.get(keyOf(name, namespace)),
    all: () => [...objects.values()],
    stop: () => watch.stop(),
  }
}
