import { isDefinition } from '@atrium/kube/inventory.ts'
import { groupOf, isRecord, type KubeObject, type KubeType, refOf } from '@atrium/kube/object.ts'
import type { DeclaredObject } from '../layers/records.ts'

const missing = /no matches for kind "([^"]+)" in version "([^"]+)"/g

/** Kinds that the cluster may not serve yet, and that definitions of a preview bring. */
export class ComingKinds {
  readonly #kinds = new Set<string>()

  add(objects: readonly DeclaredObject[]): void {
    for (const { object } of objects) {
      const spec = isDefinition(refOf(object)) && isRecord(object.spec) ? object.spec : {}
      const names = isRecord(spec.names) ? spec.names : {}
      this.#kinds.add(`${String(spec.group)}/${String(names.kind)}`)
    }
  }

  has({ apiVersion, kind }: KubeType | KubeObject): boolean {
    return this.#kinds.has(`${groupOf(apiVersion)}/${kind}`)
  }

  /** Whether helm gave up for kinds that are coming, and for nothing else. */
  explain(message: string): boolean {
    const kinds = [...message.matchAll(missing)].map(([, kind = '', apiVersion = '']) => ({ kind, apiVersion }))
    return kinds.length > 0 && kinds.every((one) => this.has(one))
  }
}
