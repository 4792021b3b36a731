import type { v1Alert, v1Project, v1ProjectSummary } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'
import { type Member, type MemberKind, ofKind, uidOf, viewMembers } from './members.ts'

/** `spec` is always an object: clients look into it. */
export const viewProject = (
  { meta, spec }: StoredObject<'Project'>,
  alerts: v1Alert[],
  members: readonly Member[],
): v1Project =>
  withUnknown(
    {
      metadata: viewMeta(meta),
      spec: { alerts, ...viewMembers(members), logoUrl: '' },
      status: { isDisabled: false },
    },
    spec.unknown,
  )

/** `names`: of users and teams, by uid. */
export function viewProjectSummary(
  { meta }: StoredObject<'Project'>,
  members: readonly Member[],
  names: ReadonlyMap<string, string>,
): v1ProjectSummary {
  const named = (kind: MemberKind) =>
    ofKind(members, kind).map(({ holder }) => ({ uid: uidOf(holder), name: names.get(uidOf(holder)) ?? '' }))
  return {
    metadata: viewMeta(meta),
    specSummary: { logoUrl: '', teams: named('team'), users: named('user') },
    status: {},
  }
}
