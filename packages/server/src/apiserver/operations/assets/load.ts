import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { invalid } from '../../invalid.ts'

/** Throws `InvalidRequest` when a policy names a place for backups that its author cannot see; empty = none is named. */
export async function mustHaveLocation(tx: Tx, uid: string | undefined, field: string): Promise<void> {
  if (!uid || (await tx.get('StorageLocation', uid))) return
  throw invalid(field, `there is no backup storage location '${uid.slice(0, 100)}'`)
}

/** The place that a policy names: it cannot be deleted before. */
export function locationRefs(config: Record<string, unknown> | undefined): ObjectRef[] {
  const uid = config?.['backupLocationUid']
  return typeof uid === 'string' && uid !== '' ? [{ kind: 'StorageLocation', uid }] : []
}
