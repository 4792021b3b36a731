import type { v1NodesAutoRemediationSettings } from '@atrium/api/generated/operations.d.ts'
import type { PolicyAction } from '@atrium/api/kinds/cluster.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { inheritedSetting } from '../../../auth/settings.ts'
import type { ServerContext } from '../../../context.ts'

export const nodesRemediationName = 'nodesAutoRemediationSetting'

/** Whether unhealthy nodes are replaced by themselves: what the project says, or else the tenant. */
export async function nodesRemediation(
  context: ServerContext,
  subject: Subject,
  project: string | null,
): Promise<v1NodesAutoRemediationSettings> {
  const stored = await inheritedSetting(context.identity, subject.tenant, nodesRemediationName, project)
  return { isEnabled: true, disableNodesAutoRemediation: false, ...stored }
}

/** The policy that a cluster starts with; later each cluster has its own. */
export async function firstNodesPolicy(
  context: ServerContext,
  subject: Subject,
  project: string | null,
): Promise<PolicyAction> {
  const { isEnabled, disableNodesAutoRemediation } = await nodesRemediation(context, subject, project)
  return isEnabled && !disableNodesAutoRemediation ? 'heal' : 'alert'
}
