import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../../../auth/rights/subject.ts'

/** The project of the path, which the caller must see. */
export async function projectOf(tx: Tx, uid: string): Promise<string> {
  if (await tx.get('Project', uid)) return uid
  throw new AtriumError('ResourceNotFound', `Project '${uid}' is not found.`)
}

/** The tenant of the path must be the caller's; others do not exist for it. */
export function ownTenant(subject: Subject, tenantUid: string): null {
  if (tenantUid === subject.tenant) return null
  throw new AtriumError('ResourceNotFound', `Tenant '${tenantUid}' is not found.`)
}
