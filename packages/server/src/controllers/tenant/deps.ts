import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { ReconcileRequest } from '@atrium/runtime/controller/reconciler.ts'
import type { Actor, Claim, Store } from '@atrium/runtime/store/store.ts'
import type { EndingTenant, TenantDeletion } from '../../store/system-store.ts'

export const tenantActor = systemActor('tenant-controller')

/** What removes a tenant from where it is stored. Each step can be repeated, and throws `LeaseLost` once another worker has the tenant. */
export interface Removal {
  /** Null when there is no such tenant any more. */
  read(uid: string): Promise<EndingTenant | null>
  /** Without effect when another choice was made since `deletion` was read. */
  report(claim: Claim, deletion: TenantDeletion): Promise<void>
  /** Destroys the keys that the tenant's secrets are sealed with. */
  shred(claim: Claim, actor: Actor): Promise<void>
  /** Removes some rows of one table; null when there are no more. */
  clear(claim: Claim, actor: Actor): Promise<{ table: string; rows: number } | null>
  /** Removes the tenant itself; `message` stays on the installation's record. */
  finish(claim: Claim, actor: Actor, tenant: EndingTenant, message: string): Promise<void>
}

export interface TenantControllerDeps {
  store: Store
  removal: Removal
  clock: Clock
  logger: Logger
  /** How often to look at clusters that are going. */
  busyMs: number
}

/** What one run knows. */
export interface Scope {
  deps: TenantControllerDeps
  request: ReconcileRequest
  tenant: EndingTenant
  /** As it was last told. */
  deletion: TenantDeletion
}
