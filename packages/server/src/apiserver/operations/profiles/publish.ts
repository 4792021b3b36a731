import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { checkComplete } from './checks.ts'
import { checkFit } from './fit.ts'

/** Lets clusters use a draft, once it has what they need. */
export async function publishProfile(tx: Tx, { meta, spec }: StoredObject<'ClusterProfile'>): Promise<void> {
  checkComplete(spec)
  if (spec.published) return
  const published = { ...spec, published: true }
  await checkFit(tx, null, published)
  await tx.update('ClusterProfile', meta.uid, { spec: published })
}
