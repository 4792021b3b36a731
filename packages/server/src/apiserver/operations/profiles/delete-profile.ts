import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { getProfile, usersOf } from './load.ts'

/** Refused while clusters use it. */
export async function deleteProfile(tx: Tx, uid: string): Promise<void> {
  const { meta, spec } = await getProfile(tx, uid)
  const usedBy = await usersOf(tx, uid)
  if (usedBy.length > 0) {
    const names = usedBy.map(({ name }) => name).join(', ')
    throw new AtriumError(
      'ResourceInUse',
      `Profile '${meta.name}' ${spec.version} is used by ${names}. Give these clusters another profile, or delete them first.`,
      { details: { usedBy } },
    )
  }
  await tx.delete('ClusterProfile', uid)
}
