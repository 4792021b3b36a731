import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'

/** An object that keeps another one alive, as `details.usedBy` of `ResourceInUse` lists it. */
export interface UsedBy extends ObjectRef {
  name: string
  project: string | null
}

/** `ResourceInUse` as one subject may be told it: those it cannot see are only counted. Other errors stay as they are. */
export async function withoutUnseen(
  error: unknown,
  { kind, meta }: StoredObject,
  seenOf: (users: UsedBy[]) => Promise<UsedBy[]>,
): Promise<unknown> {
  if (!(error instanceof AtriumError) || error.code !== 'ResourceInUse') return error
  const { usedBy: all = [] } = (error.details ?? {}) as { usedBy?: UsedBy[] }
  const usedBy = await seenOf(all)
  const hidden = all.length - usedBy.length
  if (hidden === 0) return error
  const names = usedBy.slice(0, 5).map((user) => `${user.kind} ${user.name}`)
  const users = [...names, `${hidden} that you cannot see`].join(', ')
  return new AtriumError('ResourceInUse', `${kind} ${meta.name} is in use by ${users}`, {
    details: { usedBy, hidden },
    cause: error,
  })
}
