import type { v1WorkspacesRolesPatch } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'

/** Taking roles away succeeds, for there are none; giving some is refused as long as there are no workspaces. */
export function mustGiveNone({ workspaces }: v1WorkspacesRolesPatch): void {
  const given = (workspaces ?? []).some(({ roles }) => roles?.length)
  if (given) throw new AtriumError('NotImplemented', 'workspaces: there are no workspaces yet, so no roles in them.')
}
