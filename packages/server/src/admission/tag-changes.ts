import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { reaches } from '@atrium/runtime/store/reach.ts'
import { can, canOn, type Subject } from '../auth/rights/subject.ts'
import { forbidden, type Guarded } from './authorize.ts'
import { isGivenByTags } from './resources.ts'

/**
 * Tags decide what resource roles reach, so a change of them gives rights and takes them away: it needs `tag.update` where the object
 * lives, which no resource role can hold. Nor does anybody get more on the object by it than they had, for they could tag
 * whatever they may change with what a stronger resource role of their own asks for.
 */
export function checkTagChange(subject: Subject, kind: KindName, before: Guarded, labels: Guarded['labels']): void {
  if (!isGivenByTags(kind)) return
  if (!can(subject, 'tag.update', before.project)) throw forbidden('tag.update')
  const after = { ...before, labels }
  const gained = subject.grants.tagged
    .filter(({ projects, filters }) => reaches({ projects: [...projects], filters }, after))
    .flatMap(({ permissions }) => [...permissions])
    .filter((permission) => isGivenByTags(kind, permission) && !canOn(subject, permission, before))
  if (gained.length === 0) return
  const permissions = [...new Set(gained)]
  throw new AtriumError(
    'Forbidden',
    `metadata.labels: with these tags a resource role of yours would give you ${permissions.slice(0, 5).join(', ')} here, which you do not hold. Ask somebody who holds it.`,
    { details: { field: 'metadata.labels', permissions } },
  )
}
