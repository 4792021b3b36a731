import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Actor, AuditEntry, Fence, StoredObject } from '@atrium/runtime/store/store.ts'
import type { Sql } from './database.ts'
import type { TenantKeys } from './keys/tenant-keys.ts'

/** How much of what grows by itself is kept of one object. */
export interface StoreLimits {
  events: number
  history: number
}

export interface Locked {
  object: StoredObject
  lock: 'write' | 'delete'
}

/** An entry of the audit record; `at`: RFC 3339. */
export type TimedEntry = AuditEntry & { at: string }

/** What the parts of one transaction share. */
export interface TxContext {
  readonly sql: Sql
  readonly tenant: string
  readonly actor: Actor
  readonly clock: Clock
  readonly random: Random
  readonly keys: TenantKeys
  readonly limits: StoreLimits
  /** Objects this transaction has locked, as they are in it: nobody else can change them. */
  readonly locked: Map<string, Locked>
  /** Objects whose controllers must look: put into the queue just before the commit. */
  readonly touched: Map<string, ObjectRef>
  /** What goes into the audit record just before the commit. */
  readonly audits: TimedEntry[]
  /** The worker's claim: checked at the beginning, and with a lock just before the commit. */
  readonly fence: Fence | null
  /** What to tell other sessions after the commit. */
  readonly effects: { changes: boolean; work: boolean }
}

export const touch = (context: TxContext, ref: ObjectRef): void => {
  context.touched.set(`${ref.kind}/${ref.uid}`, { kind: ref.kind, uid: ref.uid })
}

export const notFound = (kind: string, uid: string): AtriumError =>
  new AtriumError('ResourceNotFound', `${kind} ${uid} does not exist`, { details: { kind, uid } })
