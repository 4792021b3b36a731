import { isLogo } from '@atrium/pack/format/logo.ts'
import type { PackEntry } from '@atrium/pack/sources/summary.ts'
import type { Store, StoredObject } from '@atrium/runtime/store/store.ts'
import { contentActor } from './tenant.ts'

/** The logo of a pack that was read. Looked at once more: what came through the wall is still a stranger's. */
export function logoOf({ logo }: PackEntry): Buffer | null {
  const image = logo === null ? null : Buffer.from(logo, 'base64')
  return image !== null && isLogo(image) ? image : null
}

/** The logo of a pack that the caller may see; null when it has none. */
export async function readLogo(store: Store, { meta, spec }: StoredObject<'Pack'>): Promise<Buffer | null> {
  const { logo } = spec
  return logo === undefined ? null : store.transaction(meta.tenant, contentActor, (tx) => tx.getBlob(logo))
}
