import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'

/** Refuses to delete a role, or a filter of resource roles, that users or teams hold. */
export async function mustBeUnheld(
  context: ServerContext,
  subject: Subject,
  { kind, meta }: StoredObject,
): Promise<void> {
  const holders = await context.identity.holdersOf(subject.tenant, meta.uid)
  if (holders.length === 0) return
  const usedBy = holders.map((holder) =>
    typeof holder === 'string' ? { kind: 'User', uid: holder } : { kind: 'Team', uid: holder.team },
  )
  throw new AtriumError(
    'ResourceInUse',
    `${kind} '${meta.name}' is held by ${holders.length} users and teams. Take it from them first.`,
    { details: { usedBy } },
  )
}
