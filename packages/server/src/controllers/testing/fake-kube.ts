import type { KubeObject, KubeRef } from '@atrium/kube/object.ts'
import { jsonCopy } from '@atrium/runtime/base/json.ts'
import type { Doom } from '@atrium/runtime/testing/doom.ts'
import type { ClusterAccess } from '../cluster/deps.ts'

const keyOf = (ref: KubeRef): string => `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`

/** The few objects that the plane itself touches in a cluster. `test/` runs the same against a real API server. */
export class FakeKube {
  readonly objects = new Map<string, KubeObject>()
  /** Thrown by every call while set. */
  failure: Error | null = null
  #uids = 0

  put(object: KubeObject): void {
    const { namespace = '' } = object.metadata
    const key = keyOf({ ...object, namespace, name: object.metadata.name })
    const uid = this.objects.get(key)?.metadata.uid ?? `uid-${++this.#uids}`
    this.objects.set(key, { ...jsonCopy(object), metadata: { ...object.metadata, uid } })
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.objects.get(keyOf({ apiVersion: '', kind, namespace, name }))
  }

  access(doom: Doom): ClusterAccess {
    const call = <T>(work: () => T): Promise<T> =>
      doom.around(async () => {
        if (this.failure) throw this.failure
        return work()
      })
    return {
      find: <T>(ref: KubeRef) => call(() => (this.objects.get(keyOf(ref)) ?? null) as T | null),
      apply: <T>(object: KubeObject) =>
        call(() => {
          this.put(object)
          return object as T
        }),
      delete: (ref) => call(() => this.objects.delete(keyOf(ref))),
      list: <T>(query: { kind: string; fieldSelector?: string }) =>
        call(() => {
          const node = query.fieldSelector?.split('=')[1]
          const items = [...this.objects.values()].filter((object) => {
            const spec = object.spec as { nodeName?: string } | undefined
            return object.kind === query.kind && (node === undefined || spec?.nodeName === node)
          })
          return { items: items as T[], resourceVersion: '1' }
        }),
      close: async () => undefined,
    }
  }
}
