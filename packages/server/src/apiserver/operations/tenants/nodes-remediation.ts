import type { v1NodesAutoRemediationSettings } from '@atrium/api/generated/operations.d.ts'
import type { Subject } from '../../../auth/subject.ts'
import type { ServerContext } from '../../../context.ts'

export const nodesRemediationName = 'nodesAutoRemediationSetting'

/** Whether unhealthy nodes are replaced by themselves, for the tenant or one project. */
export async function nodesRemediation(
  context: ServerContext,
  subject: Subject,
  project: string | null,
): Promise<v1NodesAutoRemediationSettings> {
  const stored = await context.identity.setting(subject.tenant, nodesRemediationName, project)
  return { isEnabled: true, disableNodesAutoRemediation: false, ...stored }
}
