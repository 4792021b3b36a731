import type { v1ResourceLimitType } from '@atrium/api/generated/operations.d.ts'
import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Subject } from '../../../auth/subject.ts'
import type { ServerContext } from '../../../context.ts'

/** Limits of a tenant that never set any, by kind. */
export const defaultLimits: Partial<Record<v1ResourceLimitType, { label: string; limit: number }>> = {
  user: { label: 'Users', limit: 300 },
  team: { label: 'Teams', limit: 100 },
  project: { label: 'Projects', limit: 50 },
  workspace: { label: 'Workspaces', limit: 50 },
  role: { label: 'Roles', limit: 100 },
  cloudaccount: { label: 'Cloud accounts', limit: 200 },
  clusterprofile: { label: 'Cluster profiles', limit: 200 },
  registry: { label: 'Registries', limit: 50 },
  privategateway: { label: 'Private gateways', limit: 50 },
  apiKey: { label: 'API keys', limit: 20 },
  location: { label: 'Backup locations', limit: 100 },
  certificate: { label: 'Certificates', limit: 20 },
  macro: { label: 'Macros', limit: 200 },
  sshkey: { label: 'SSH keys', limit: 300 },
  alert: { label: 'Alerts', limit: 100 },
  spectrocluster: { label: 'Clusters', limit: 10_000 },
  edgehost: { label: 'Edge hosts', limit: 200 },
  edgetoken: { label: 'Registration tokens', limit: 200 },
  filter: { label: 'Filters', limit: 100 },
  clustergroup: { label: 'Cluster groups', limit: 100 },
  clustertemplate: { label: 'Cluster templates', limit: 100 },
  spcpolicy: { label: 'Maintenance policies', limit: 100 },
  appprofile: { label: 'App profiles', limit: 100 },
  appdeployment: { label: 'App deployments', limit: 100 },
}

export const limitsName = 'resourceLimits'

/** What a tenant can have of each limited kind; of the other kinds nothing can be made here. */
const limitedKinds = {
  project: 'Project',
  role: 'Role',
  cloudaccount: 'CloudAccount',
  registry: 'Registry',
  clusterprofile: 'ClusterProfile',
  spectrocluster: 'Cluster',
  workspace: 'Workspace',
  sshkey: 'SshKey',
  location: 'StorageLocation',
  edgetoken: 'EdgeToken',
  filter: 'TagFilter',
  clustergroup: 'ClusterGroup',
  clustertemplate: 'ClusterTemplate',
  spcpolicy: 'MaintenancePolicy',
} as const satisfies Partial<Record<v1ResourceLimitType, KindName>>

/**
 * Refuses one more object of `kind` when the tenant has as many as its limit, whoever sees them. It is looked at before
 * the object is made, so creations of the same moment can pass together: limits hold back growth, they are no rights.
 */
export async function mustFit(
  context: ServerContext,
  subject: Subject,
  kind: keyof typeof limitedKinds,
): Promise<void> {
  const page = await context.store.transaction(subject.tenant, subject.actor, (tx) =>
    tx.listBrief(limitedKinds[kind], { limit: 1 }),
  )
  await checkLimit(context, subject, kind, page.count + 1)
}

/** Refuses `wanted` of `kind` when that is more than the limit. `holder`: what has them, where not the tenant. */
export async function checkLimit(
  context: ServerContext,
  subject: Subject,
  kind: v1ResourceLimitType,
  wanted: number,
  holder?: string,
): Promise<void> {
  const limit = await limitOf(context, subject, kind)
  if (wanted > limit) throw limitReached(kind, limit, wanted, holder)
}

export async function limitOf(
  { identity }: ServerContext,
  { tenant }: Subject,
  kind: v1ResourceLimitType,
): Promise<number> {
  const own = (await identity.setting(tenant, limitsName))?.[kind]
  return typeof own === 'number' ? own : (defaultLimits[kind]?.limit ?? Number.POSITIVE_INFINITY)
}

export function limitReached(
  kind: v1ResourceLimitType,
  limit: number,
  wanted: number,
  holder = 'a tenant',
): AtriumError {
  const label = defaultLimits[kind]?.label ?? kind
  return new AtriumError(
    'ResourceLimitReached',
    `${label}: ${holder} may have ${limit} here, and this would make ${wanted}. Delete what is not used, or raise the limit in the tenant's resource limits.`,
    { details: { kind, limit } },
  )
}
