import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import type { Database } from './database.ts'
import type { TenantKeys } from './keys/tenant-keys.ts'
import { violatedConstraint } from './pg-errors.ts'
import { enqueueKeys } from './queue-marks.ts'

/**
 * `Pending`: nobody has signed in yet, the administrator's link waits. `Disabled`: closed by the operator, its clusters run on.
 * `Deleting`: closed for good.
 */
export type TenantState = 'Pending' | 'Active' | 'Disabled' | 'Deleting'

export interface Tenant {
  uid: string
  name: string
  state: TenantState
  /** RFC 3339, as every time here. */
  stateSince: string
  createdAt: string
}

/** What becomes of the tenant's clusters: removed with what their clouds hold, or left running without their agents. */
export type ClustersFate = 'delete' | 'unlink'

/** A deletion: what was asked for, and how far it is. Names and states of the tenant's clusters, and nothing else of it. */
export interface TenantDeletion {
  clusters: ClustersFate
  /** Give up on what clouds do not remove. */
  force: boolean
  requestedAt: string
  requestedBy: string
  /** Every cluster was told what was asked for. */
  asked: boolean
  phase: 'Requested' | 'Clusters' | 'Keys' | 'Rows'
  message: string
  /** Since when nothing moved. */
  since: string
  /** Clusters, then rows. */
  done: number
  total: number
  /** Some of the clusters that are left. */
  remaining: { name: string; state: string; reason: string }[]
}

/** A tenant and its end. */
export interface EndingTenant extends Tenant {
  deletion: TenantDeletion | null
  shreddedAt: string | null
}

interface TenantRow extends Record<string, unknown> {
  uid: string
  name: string
  state: TenantState
  state_since: Date
  created_at: Date
  deletion: TenantDeletion | null
  shredded_at: Date | null
}

const COLUMNS = 'uid, name, state, state_since, created_at, deletion, shredded_at'
const INSERT = `
  insert into tenants (uid, name, created_at, state, state_since) values ($1, $2, $3, $4, $3) returning ${COLUMNS}`
const RENAME = `update tenants set name = $2 where uid = $1 returning uid`
const LIST = `select ${COLUMNS} from tenants where uid <> 'system' order by name`
const BY_NAME = `select ${COLUMNS} from tenants where name = $1 and uid <> 'system'`
const BY_UID = `select ${COLUMNS} from tenants where uid = $1 and uid <> 'system'`
const SET_STATE = `
  update tenants set state = $2, state_since = $3
  where uid = $1 and state = any($4) and uid <> 'system' returning ${COLUMNS}`
const SET_DELETION = `
  update tenants set deletion = $2, state = 'Deleting',
    state_since = case when state = 'Deleting' then state_since else $3 end
  where uid = $1 and uid <> 'system' returning ${COLUMNS}`

/** What belongs to the installation and to no tenant. */
export class SystemStore {
  readonly #database: Database
  readonly #keys: TenantKeys
  readonly #options: { clock: Clock; random: Random }

  constructor(database: Database, keys: TenantKeys, options: { clock: Clock; random: Random }) {
    this.#database = database
    this.#keys = keys
    this.#options = options
  }

  /** Throws `DuplicateName`. */
  async createTenant(tenant: { uid?: string; name: string; state?: 'Pending' | 'Active' }): Promise<Tenant> {
    const { clock, random } = this.#options
    const values = [tenant.uid ?? newUid(random), tenant.name, isoNow(clock), tenant.state ?? 'Active']
    try {
      const [row] = await this.#database.asSystem((sql) => sql.query<TenantRow>(INSERT, values))
      if (row === undefined) throw new Error('the insert returned no row')
      return toTenant(row)
    } catch (error) {
      throw duplicate(error, tenant.name)
    }
  }

  /** Throws `ResourceNotFound`, `DuplicateName`. */
  async renameTenant(uid: string, name: string): Promise<void> {
    try {
      const rows = await this.#database.asSystem((sql) => sql.query(RENAME, [uid, name]))
      if (rows.length === 0) throw new AtriumError('ResourceNotFound', `tenant ${uid} does not exist`)
    } catch (error) {
      throw duplicate(error, name)
    }
  }

  /** All but tenant `system`, by name. */
  async tenants(): Promise<Tenant[]> {
    return (await this.#database.systemReads.query<TenantRow>(LIST)).map(toTenant)
  }

  async tenantByName(name: string): Promise<Tenant | null> {
    const [row] = await this.#database.systemReads.query<TenantRow>(BY_NAME, [name])
    return row === undefined ? null : toTenant(row)
  }

  async tenant(uid: string): Promise<EndingTenant | null> {
    const [row] = await this.#database.systemReads.query<TenantRow>(BY_UID, [uid])
    return row === undefined ? null : toEnding(row)
  }

  /** Null when the tenant is in none of the states `from`. */
  async setTenantState(uid: string, from: readonly TenantState[], to: TenantState): Promise<Tenant | null> {
    const values = [uid, to, isoNow(this.#options.clock), from]
    const [row] = await this.#database.asSystem((sql) => sql.query<TenantRow>(SET_STATE, values))
    return row === undefined ? null : toTenant(row)
  }

  /** Closes the tenant for good, and hands it to the controller that removes it. */
  async beginDeletion(uid: string, deletion: TenantDeletion): Promise<void> {
    const { clock } = this.#options
    await this.#database.asSystem(async (sql) => {
      await sql.query(SET_DELETION, [uid, JSON.stringify(deletion), isoNow(clock)])
      const context = { sql, clock, tenant: uid, effects: { changes: false, work: false } }
      await enqueueKeys(context, [{ kind: 'Tenant', uid, delayMs: 0 }])
    })
  }

  /** After a new root key was put on top: wraps every tenant's data keys with it. Can be repeated. Returns how many. */
  async rewrapKeys(): Promise<number> {
    let count = 0
    const uids = ['system', ...(await this.tenants()).map(({ uid }) => uid)]
    for (const uid of uids) count += await this.#database.withTenant(uid, (sql) => this.#keys.rewrap(sql, uid))
    return count
  }
}

const toTenant = (row: TenantRow): Tenant => ({
  uid: row.uid,
  name: row.name,
  state: row.state,
  stateSince: row.state_since.toISOString(),
  createdAt: row.created_at.toISOString(),
})

const toEnding = (row: TenantRow): EndingTenant => ({
  ...toTenant(row),
  deletion: row.deletion,
  shreddedAt: row.shredded_at?.toISOString() ?? null,
})

const duplicate = (error: unknown, name: string): unknown =>
  violatedConstraint(error)?.code === 'unique'
    ? new AtriumError('DuplicateName', `tenant ${JSON.stringify(name)} exists already`, {
        details: { field: 'name' },
        cause: error,
      })
    : error
