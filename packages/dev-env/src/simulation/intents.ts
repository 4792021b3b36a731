import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { digestOf } from '@atrium/server/content/desired-state.ts'
import type { Report } from './problems.ts'

/** What the user was told ok of one cluster, newest last. */
export interface Intent {
  name: string
  uid: string
  /** Null before the first ok. */
  acknowledged: { revision: number; spec: ClusterSpec } | null
  /** `told`: it was told ok. */
  deletion: 'none' | 'asked' | 'told'
}

const REVISION = 'revision'
/** Every spec of the user carries its number. */
export const withRevision = (spec: ClusterSpec, revision: number): ClusterSpec => ({
  ...spec,
  cloudConfig: { ...spec.cloudConfig, [REVISION]: revision },
})
export const revisionOf = (spec: ClusterSpec): number => Number(spec.cloudConfig[REVISION] ?? 0)

/** Checker: what a user was told ok stays true, and becomes true of the world. */
export class IntentChecker {
  readonly intents: Intent[] = []
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  /** After each change of a cluster; `null` = it is gone. */
  seen(uid: string, cluster: StoredObject<'Cluster'> | null): void {
    const intent = this.intents.find((one) => one.uid === uid)
    if (!intent?.acknowledged) return
    if (!cluster) {
      if (intent.deletion === 'none') this.#report('intents', `${intent.name} is gone and nobody deleted it`)
      return
    }
    const { revision } = intent.acknowledged
    if (revisionOf(cluster.spec) < revision)
      this.#report('intents', `${intent.name} went back to ${revisionOf(cluster.spec)} after ${revision} was told ok`)
    if (intent.deletion === 'told' && cluster.meta.deletedAt === null)
      this.#report('intents', `the delete of ${intent.name} was told ok and is forgotten`)
  }
}

/** Installed layers by id, with the digest of their values. */
export type Installed = ReadonlyMap<string, string>

/** Where the world differs from an acknowledged spec; empty = it is so. */
export function differences(spec: ClusterSpec, installed: Installed): string[] {
  const wanted = new Map<string, string>(
    spec.profiles.flatMap((profile) =>
      profile.layers.map((layer) => [`${profile.name}/${layer.name}`, digestOf(Buffer.from(layer.values))] as const),
    ),
  )
  const missing = [...wanted]
    .filter(([id, digest]) => installed.get(id) !== digest)
    .map(([id]) => `${id} is not as declared`)
  const extra = [...installed.keys()].filter((id) => !wanted.has(id)).map((id) => `${id} is still installed`)
  return [...missing, ...extra]
}
