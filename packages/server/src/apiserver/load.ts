import type { KindName } from '@atrium/api/kinds/index.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { notFound } from '../admission/authorize.ts'

/** The object, or `ResourceNotFound`; also for a name, by which clients ask first when they import. */
export async function getOne<K extends KindName>(tx: Tx, kind: K, uid: string): Promise<StoredObject<K>> {
  const found = await tx.get(kind, uid)
  if (!found) throw notFound(kind, uid)
  return found
}

/** As `getOne`, for those who may change it, held until the transaction ends. */
export async function lockOne<K extends KindName>(tx: Tx, kind: K, uid: string): Promise<StoredObject<K>> {
  const found = await tx.getForUpdate(kind, uid)
  if (!found) throw notFound(kind, uid)
  return found
}
