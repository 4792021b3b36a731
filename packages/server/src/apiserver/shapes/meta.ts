import type { v1ObjectMeta } from '@atrium/api/generated/operations.d.ts'
import type { ObjectMeta } from '@atrium/api/kinds/meta.ts'

/** Clients decode it as "never". */
export const zeroTime = '0001-01-01T00:00:00.000Z'

type Scope = 'system' | 'tenant' | 'project'

/** Which level an object belongs to; `system` is content the installation shares with every tenant. */
export function scopeOf(meta: Pick<ObjectMeta, 'tenant' | 'project'>): Scope {
  if (meta.tenant === 'system') return 'system'
  return meta.project === null ? 'tenant' : 'project'
}

/**
 * Metadata as clients read it. Labels are the user's own and nothing is ever added to them; `annotations.scope` is
 * always there, and `projectUid` for objects of a project.
 */
export const viewMeta = (meta: ObjectMeta): v1ObjectMeta => ({
  name: meta.name,
  uid: meta.uid,
  labels: { ...meta.labels },
  annotations: {
    ...meta.annotations,
    scope: scopeOf(meta),
    ...(meta.project === null ? {} : { projectUid: meta.project }),
  },
  creationTimestamp: meta.createdAt,
  lastModifiedTimestamp: meta.modifiedAt,
  ...(meta.deletedAt === null ? {} : { deletionTimestamp: meta.deletedAt }),
})

/** Labels as clients write them: `key:value`, or the key alone. */
export const tagsOf = (labels: ObjectMeta['labels']): string[] =>
  Object.entries(labels).map(([key, value]) => (value === 'spectro__tag' ? key : `${key}:${value}`))

/** Tells clients that upgrades of a cluster's agent are locked. */
export const upgradesForbidden = 'spectroComponentsUpgradeForbidden'

/** Annotations the server itself writes: never taken from a client. */
const ownAnnotations = new Set(['scope', 'projectUid', upgradesForbidden])

/** What a client may set of an object's metadata; its timestamps and uid are ignored (clients send zero times). */
export function parseMeta(metadata: v1ObjectMeta | undefined): {
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
} {
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) => !ownAnnotations.has(key))
  return {
    name: metadata?.name ?? '',
    labels: { ...metadata?.labels },
    annotations: Object.fromEntries(annotations),
  }
}
