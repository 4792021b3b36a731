import { tagOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'

/** One tag of one repository, as the registry has it now. */
export interface RemotePack {
  repository: string
  tag: string
  digest: string
}

export interface SyncPlan {
  /** New tags, and tags whose content changed: to be read. */
  read: RemotePack[]
  /** Uids of packs whose tag is gone: kept for those who use them, marked as deleted. */
  vanished: string[]
  /** Uids of packs marked as deleted whose tag is back with the same content. */
  returned: string[]
}

/** Mark of a pack whose tag the registry lacks, in the words of published packs. */
export const systemState = 'system_state'
export const isVanished = (pack: StoredObject<'Pack'>): boolean => pack.spec.annotations[systemState] === 'deleted'

/** What must be done to make the catalogue equal to the registry. Pure. */
export function planSync(remote: readonly RemotePack[], known: readonly StoredObject<'Pack'>[]): SyncPlan {
  const keyOf = (repository: string, digest: string): string => `${repository}@${digest}`
  const byContent = new Map(known.map((pack) => [keyOf(pack.spec.repository, pack.spec.digest), pack]))
  const present = new Set(remote.map((pack) => keyOf(pack.repository, pack.digest)))
  const stillThere = (pack: StoredObject<'Pack'>): boolean => present.has(keyOf(pack.spec.repository, pack.spec.digest))
  const read = remote.filter((pack) => !byContent.has(keyOf(pack.repository, pack.digest)))
  const readRepositories = new Set(read.map((pack) => `${pack.repository}:${pack.tag}`))
  return {
    read,
    vanished: known
      .filter((pack) => !stillThere(pack) && !isVanished(pack))
      .filter((pack) => !readRepositories.has(`${pack.spec.repository}:${tagOf(pack.spec.version)}`))
      .map((pack) => pack.meta.uid),
    returned: known.filter((pack) => stillThere(pack) && isVanished(pack)).map((pack) => pack.meta.uid),
  }
}
