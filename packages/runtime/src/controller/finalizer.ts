import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Store, StoredObject } from '../store/store.ts'
import { systemActor } from './actor.ts'

/** Makes sure the finalizer is there before anything is created outside: otherwise a delete could leave it behind. */
export async function ensureFinalizer(store: Store, object: StoredObject, finalizer: string): Promise<void> {
  const { finalizers, deletedAt, tenant, uid } = object.meta
  if (finalizers.includes(finalizer) || deletedAt !== null) return
  await store.transaction(tenant, systemActor(finalizer), async (tx) => {
    const fresh = await tx.getForUpdate<KindName>(object.kind, uid)
    if (fresh && fresh.meta.deletedAt === null) await tx.addFinalizer(object.kind, uid, finalizer)
  })
}
