import type { v1ResourceLimitType } from '@atrium/api/generated/operations.d.ts'
import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defaultLimits, limitIn, limitsName } from '../../../auth/rights/resource-limits.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'

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
    tx.listNames(limitedKinds[kind], { limit: 1 }),
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
  return limitIn(await identity.setting(tenant, limitsName), kind)
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
