import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Fence, Store, StoredObject, Tx } from '../store/store.ts'
import { systemActor } from './actor.ts'

/**
 * Makes sure the finalizer is there before anything is created outside: otherwise a delete could leave it behind.
 * False when the object is gone or marked deleted meanwhile: nothing may be created for it then.
 */
export async function ensureFinalizer(
  store: Store,
  object: StoredObject,
  finalizer: string,
  fence: Fence,
): Promise<boolean> {
  const { finalizers, tenant, uid } = object.meta
  if (finalizers.includes(finalizer)) return true
  const add = async (tx: Tx): Promise<boolean> => {
    const fresh = await tx.getForUpdate<KindName>(object.kind, uid)
    if (!fresh || fresh.meta.deletedAt !== null) return false
    await tx.addFinalizer(object.kind, uid, finalizer)
    return true
  }
  return store.transaction(tenant, systemActor(finalizer), add, fence)
}
