import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import type { Database } from './database.ts'
import type { TenantKeys } from './keys/tenant-keys.ts'
import { violatedConstraint } from './pg-errors.ts'

export interface Tenant {
  uid: string
  name: string
  /** RFC 3339. */
  createdAt: string
}

interface TenantRow extends Record<string, unknown> {
  uid: string
  name: string
  created_at: Date
}

const INSERT = `insert into tenants (uid, name, created_at) values ($1, $2, $3) returning uid, name, created_at`
const RENAME = `update tenants set name = $2 where uid = $1 returning uid`
const LIST = `select uid, name, created_at from tenants where uid <> 'system' order by name`
const BY_NAME = `select uid, name, created_at from tenants where name = $1 and uid <> 'system'`

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
  async createTenant(tenant: { uid?: string; name: string }): Promise<Tenant> {
    const { clock, random } = this.#options
    const values = [tenant.uid ?? newUid(random), tenant.name, isoNow(clock)]
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
    return (await this.#database.asSystem((sql) => sql.query<TenantRow>(LIST))).map(toTenant)
  }

  async tenantByName(name: string): Promise<Tenant | null> {
    const [row] = await this.#database.asSystem((sql) => sql.query<TenantRow>(BY_NAME, [name]))
    return row === undefined ? null : toTenant(row)
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
  createdAt: row.created_at.toISOString(),
})

const duplicate = (error: unknown, name: string): unknown =>
  violatedConstraint(error)?.code === 'unique'
    ? new AtriumError('DuplicateName', `tenant ${JSON.stringify(name)} exists already`, {
        details: { field: 'name' },
        cause: error,
      })
    : error
