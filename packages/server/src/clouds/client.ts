import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { checkAws } from './aws.ts'
import { checkAzure } from './azure.ts'
import { type BucketAccess, checkBucket } from './buckets.ts'
import { checkGcp } from './gcp.ts'
import { type CloudRequest, createCloudRequest } from './request.ts'

/** What a cloud is asked with, as the public API has it below `spec`. */
export interface CloudAccess {
  /** In whose name. */
  tenant: string
  cloudType: string
  /** What is no secret. */
  settings: Record<string, unknown>
  /** By dotted path, e.g. `sts.externalId`. */
  secrets: Readonly<Record<string, Secret<string>>>
  /** Stands before the names of fields in errors, e.g. `account.`. */
  at: string
}

/** Asks the clouds themselves. */
export interface CloudClient {
  /** Rejects with `InvalidRequest` that names the field when the cloud does not take these credentials, or cannot be asked. */
  checkAccount(account: CloudAccess): Promise<void>
  /** As `checkAccount`, whether the credentials reach the bucket. */
  checkBucket(access: BucketAccess): Promise<void>
}

export interface CloudDeps {
  /** The way out in a tenant's name. */
  egressOf(tenant: string): Promise<Egress>
  clock: Clock
  /** Passes requests on to clouds under `<mirror>/<host>/<path>`, for networks without a way to them; null = none. */
  mirror: string | null
}

export function createCloudClient(deps: CloudDeps): CloudClient {
  const askFor = ({ tenant }: CloudAccess): CloudRequest => createCloudRequest(deps, tenant)
  const checks: Record<string, (account: CloudAccess) => Promise<void>> = {
    aws: (account) => checkAws(askFor(account), account, deps.clock),
    azure: (account) => checkAzure(askFor(account), account),
    gcp: (account) => checkGcp(askFor(account), account, deps.clock),
  }
  return {
    // Private clouds are reached from their gateway alone, and the built-in one stands nowhere near them.
    checkAccount: async (account) => checks[account.cloudType]?.(account),
    checkBucket: (access) => checkBucket(askFor(access), access, deps.clock),
  }
}
