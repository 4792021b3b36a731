import type { TagFilterSpec } from '@atrium/api/kinds/tag-filter.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { mustHoldRole } from '../../../auth/rights/escalation.ts'
import { resourcePart } from '../../../auth/rights/grants.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'

/**
 * A filter says what resource roles give: whoever changes one must hold all that these give by it in the whole of their
 * projects, or they would give themselves or others more than they have.
 */
export async function mustHoldFiltered(
  { identity }: ServerContext,
  subject: Subject,
  { meta, spec }: StoredObject<'TagFilter'>,
  next: TagFilterSpec,
): Promise<void> {
  const picks = ({ conjunction, conditions }: TagFilterSpec): unknown => [conjunction, conditions]
  if (sameJson(picks(spec), picks(next))) return
  const narrowed = await identity.resourceRolesWith(subject.tenant, meta.uid)
  if (narrowed.length === 0) return
  const roles = new Map((await identity.roles(subject.tenant)).map((role) => [role.uid, role]))
  for (const { projectUids, roleUids } of narrowed) {
    for (const role of roleUids.flatMap((uid) => roles.get(uid) ?? [])) {
      const given = { ...role, permissions: resourcePart(role.permissions) }
      for (const project of projectUids) mustHoldRole(subject, given, project)
    }
  }
}
