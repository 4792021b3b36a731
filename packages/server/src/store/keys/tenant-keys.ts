import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Sql } from '../database.ts'
import { KEY_BYTES, open, type Sealed, seal } from './envelope.ts'
import type { KeyProvider } from './key-provider.ts'

/** A tenant's key as it is used, and which of its versions it is. */
export interface DataKey {
  version: number
  key: Buffer
}

/** A secret as a row keeps it, and which version of its tenant's key sealed it. */
export interface SealedSecret extends Sealed {
  keyVersion: number
}

/** What a secret belongs to, with the version of its key: moved elsewhere it does not open. */
export type SealContext = (keyVersion: number) => string

/** A version of a tenant's key as it is stored. */
export interface KeyRow extends Record<string, unknown> {
  version: number
  root_key: string
  wrapped: Buffer
}

const NEWEST = `select version, root_key, wrapped from tenant_keys where tenant = $1 order by version desc limit 1`
const ONE = `select version, root_key, wrapped from tenant_keys where tenant = $1 and version = $2`
const ALL = `
  select version, root_key, wrapped from tenant_keys where tenant = $1 and root_key <> '' order by version for update`
const INSERT = `
  insert into tenant_keys (tenant, version, root_key, wrapped, created_at) values ($1, 1, $2, $3, $4)
  on conflict do nothing`
/** The row stays, so that nobody makes a new key; what it wrapped opens no more. */
const SHRED = `update tenant_keys set root_key = '', wrapped = '' where tenant = $1`
const REWRAP = `update tenant_keys set root_key = $3, wrapped = $4 where tenant = $1 and version = $2`

/** Open keys kept in memory; the oldest goes first. */
const CACHE_MAX = 1000

const contextOf = (tenant: string, version: number): string => JSON.stringify(['tenant-key', tenant, version])

/** One 256-bit data key per tenant, made when its first secret is stored, wrapped by the root key. */
export class TenantKeys {
  readonly #provider: KeyProvider
  readonly #clock: Clock
  readonly #random: Random
  readonly #cache = new Map<string, Buffer>()

  constructor(provider: KeyProvider, clock: Clock, random: Random) {
    this.#provider = provider
    this.#clock = clock
    this.#random = random
  }

  /** The key new secrets are sealed with. */
  async current(sql: Sql, tenant: string): Promise<DataKey> {
    const [found] = await sql.query<KeyRow>(NEWEST, [tenant])
    if (found !== undefined) return this.open(tenant, found)
    const { rootKey, wrapped } = await this.#provider.wrap(this.#random.bytes(KEY_BYTES), contextOf(tenant, 1))
    await sql.query(INSERT, [tenant, rootKey, wrapped, isoNow(this.#clock)])
    // Another transaction may have been first: what is stored counts.
    return this.version(sql, tenant, 1)
  }

  async version(sql: Sql, tenant: string, version: number): Promise<DataKey> {
    const [row] = await sql.query<KeyRow>(ONE, [tenant, version])
    if (row === undefined) throw new Error(`tenant ${tenant} has no data key ${version}`)
    return this.open(tenant, row)
  }

  async seal(sql: Sql, tenant: string, plain: Buffer, contextOf: SealContext): Promise<SealedSecret> {
    const { version: keyVersion, key } = await this.current(sql, tenant)
    return { keyVersion, ...seal(key, plain, contextOf(keyVersion), this.#random) }
  }

  async unseal(sql: Sql, tenant: string, sealed: SealedSecret, contextOf: SealContext): Promise<Buffer> {
    const { key, version } = await this.version(sql, tenant, sealed.keyVersion)
    return open(key, sealed, contextOf(version))
  }

  /** Wraps a tenant's keys with the present root key where an older one did. Returns how many. */
  async rewrap(sql: Sql, tenant: string): Promise<number> {
    const rows = await sql.query<KeyRow>(ALL, [tenant])
    const old = rows.filter((row) => row.root_key !== this.#provider.currentRootKey())
    for (const row of old) {
      const context = contextOf(tenant, row.version)
      const key = await this.#provider.unwrap({ rootKey: row.root_key, wrapped: row.wrapped }, context)
      const { rootKey, wrapped } = await this.#provider.wrap(key, context)
      await sql.query(REWRAP, [tenant, row.version, rootKey, wrapped])
    }
    return old.length
  }

  /** Destroys every data key of the tenant: nothing that they sealed opens again. Can be repeated. */
  async shred(sql: Sql, tenant: string): Promise<void> {
    await sql.query(SHRED, [tenant])
    for (const id of this.#cache.keys()) if (id.startsWith(`${tenant}/`)) this.#cache.delete(id)
  }

  async open(tenant: string, row: KeyRow): Promise<DataKey> {
    if (row.root_key === '')
      throw new AtriumError('InvalidState', `The data keys of tenant ${tenant} were destroyed: it is being deleted.`)
    // By its wrapping: after a restore or a rolled back insert the same version may be another key.
    const id = `${tenant}/${row.version}/${row.wrapped.toString('base64')}`
    const cached = this.#cache.get(id)
    if (cached !== undefined) return { version: row.version, key: cached }
    const wrapped = { rootKey: row.root_key, wrapped: row.wrapped }
    const key = await this.#provider.unwrap(wrapped, contextOf(tenant, row.version))
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size < CACHE_MAX) break
      this.#cache.delete(oldest)
    }
    this.#cache.set(id, key)
    return { version: row.version, key }
  }
}
