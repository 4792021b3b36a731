import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Actor, Claim, Tx } from '@atrium/runtime/store/store.ts'
import type { Sql } from './database.ts'
import { audit } from './identity/audit.ts'
import type { TenantKeys } from './keys/tenant-keys.ts'
import type { PostgresStore } from './postgres-store.ts'
import type { EndingTenant, TenantDeletion } from './system-store.ts'

/** Rows of one statement: it ends soon, whatever a tenant holds. */
const BATCH = 2_000

/** Every table with a tenant that a tenant's own role may clear. What it may not goes with the tenant's row. */
const TABLES = `
  select c.relname as name from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and has_table_privilege(c.oid, 'delete')
  order by 1`
const KEYS = `
  select child.relname as child, parent.relname as parent from pg_constraint k
  join pg_class child on child.oid = k.conrelid join pg_class parent on parent.oid = k.confrelid
  where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.conrelid <> k.confrelid`

const clearTable = (table: string): string => `
  delete from ${table} where ctid = any(array(select ctid from ${table} where tenant = $1 limit ${BATCH})) returning tenant`
/** Objects own each other and lie in each other: those go first in which nothing is. */
const CLEAR_OBJECTS = `
  delete from objects where tenant = $1 and uid = any(array(
    select o.uid from objects o where o.tenant = $1
      and not exists (select from objects c where c.tenant = o.tenant and c.owner_uid = o.uid)
      and not exists (select from objects c where c.tenant = o.tenant and c.project = o.uid)
    limit ${BATCH / 4})) returning tenant`
/** The key of the one who removes it stays to the end. */
const CLEAR_QUEUE = `delete from work_queue where tenant = $1 and kind <> 'Tenant' returning tenant`
const STATEMENTS: Record<string, string> = { objects: CLEAR_OBJECTS, work_queue: CLEAR_QUEUE }

const HOLDS = `
  select from work_queue where tenant = $1 and kind = 'Tenant' and uid = $1 and fence = $2 for update`
/** Not over a choice that was made meanwhile. */
const REPORT = `
  update tenants set deletion = deletion || $2::jsonb where uid = $1 and state = 'Deleting' and deletion @> $3::jsonb`
const MARK_SHREDDED = `update tenants set shredded_at = coalesce(shredded_at, $2) where uid = $1`
/** First those without a position: what the sequencer holds of them at this moment has one when it lets go. */
const FORGET_PENDING = `delete from changes_pending where tenant = $1`
const FORGET_CHANGES = `
  update changes set tenant = '', kind = 'Project', uid = '', project = null, type = 'status' where tenant = $1`
const REMOVE = `delete from tenants where uid = $1 returning uid`
const FORGET_WORK = `delete from work_queue where tenant = $1`
const RECORDED = `
  select from audit_log where tenant = 'system' and kind = 'Tenant' and uid = $1 and action = 'deleted' limit 1`

/** What removes a tenant from the database: each step can be repeated, and only the holder of the tenant's key takes it. */
export class TenantRemoval {
  readonly #store: Pick<PostgresStore, 'transaction' | 'database' | 'system'>
  readonly #keys: TenantKeys
  readonly #clock: Clock

  constructor(store: Pick<PostgresStore, 'transaction' | 'database' | 'system'>, keys: TenantKeys, clock: Clock) {
    this.#store = store
    this.#keys = keys
    this.#clock = clock
  }

  read(uid: string): Promise<EndingTenant | null> {
    return this.#store.system.tenant(uid)
  }

  async report(claim: Claim, deletion: TenantDeletion): Promise<void> {
    const { clusters, force } = deletion
    const values = [claim.uid, JSON.stringify(deletion), JSON.stringify({ clusters, force })]
    await this.#asHolder(claim, (sql) => sql.query(REPORT, values))
  }

  /** Destroys the data keys, before any row goes: from here on no secret and no text of the tenant opens. */
  async shred(claim: Claim, actor: Actor): Promise<void> {
    await this.#asTenant(claim, actor, (sql) => this.#keys.shred(sql, claim.uid))
    await this.#asHolder(claim, (sql) => sql.query(MARK_SHREDDED, [claim.uid, isoNow(this.#clock)]))
  }

  /** Removes some rows of one table: which, and how many. Null when there are none left that are not kept to the end. */
  clear(claim: Claim, actor: Actor): Promise<{ table: string; rows: number } | null> {
    return this.#asTenant(claim, actor, async (sql) => {
      for (const table of await tablesFromLeaves(sql)) {
        const { length } = await sql.query(STATEMENTS[table] ?? clearTable(table), [claim.uid])
        if (length > 0) return { table, rows: length }
      }
      return null
    })
  }

  /** Removes the tenant itself, and with it its audit record and what is left of its keys; its name is free. */
  async finish(claim: Claim, actor: Actor, { name }: EndingTenant, message: string): Promise<void> {
    const { uid } = claim
    await this.#store.database.withTenant('system', async (sql) => {
      if ((await sql.query(RECORDED, [uid])).length > 0) return
      await audit(sql, this.#clock, 'system', actor, { action: 'deleted', kind: 'Tenant', uid, name, message })
    })
    await this.#asHolder(claim, async (sql) => {
      await sql.query(FORGET_PENDING, [uid])
      await sql.query(FORGET_CHANGES, [uid])
      await sql.query(REMOVE, [uid])
      await sql.query(FORGET_WORK, [uid])
    })
  }

  #asTenant<T>(claim: Claim, actor: Actor, work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#store.transaction(claim.uid, actor, (_tx: Tx, sql: Sql) => work(sql), claim)
  }

  #asHolder<T>(claim: Claim, work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#store.database.asSystem(async (sql) => {
      const held = await sql.query(HOLDS, [claim.uid, claim.fence])
      if (held.length === 0) throw new AtriumError('LeaseLost', `Tenant ${claim.uid}: another worker took over`)
      return work(sql)
    })
  }
}

/** Names of tables, each before those it refers to. */
const tablesFromLeaves = async (sql: Sql): Promise<string[]> => {
  const tables = (await sql.query<{ name: string }>(TABLES)).map(({ name }) => name)
  const keys = await sql.query<{ child: string; parent: string }>(KEYS)
  const ordered: string[] = []
  let left = tables
  while (left.length > 0) {
    const leaves = left.filter((name) => !keys.some(({ child, parent }) => parent === name && left.includes(child)))
    // In a circle of references there is no first one.
    const next = leaves.length > 0 ? leaves : left
    ordered.push(...next)
    left = left.filter((name) => !next.includes(name))
  }
  return ordered
}
