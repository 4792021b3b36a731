import { chmodSync, readFileSync, statSync } from 'node:fs'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { newCluster } from '@atrium/runtime/store/suite/harness.ts'
import { FileKeyProvider } from '@atrium/server/store/keys/file-key-provider.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestStore, type TestStore } from './support/store.ts'

const user: Actor = { type: 'user', uid: 'u', name: 'ada' }
const CANARY = `-----BEGIN KEY-----\ncanary-${crypto.randomUUID()}\n-----END KEY-----`

let test: TestStore
let owner: pg.Client
beforeAll(async () => {
  test = await openTestStore()
  owner = new pg.Client({ connectionString: test.database.url })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await test.close()
})

interface Holder {
  tenant: string
  uid: string
}

const hold = async (values: Record<string, string>): Promise<Holder> => {
  const tenant = await test.newTenant()
  const uid = await test.store.transaction(tenant, user, async (tx) => {
    const { meta } = await tx.create(newCluster('holder'))
    for (const [field, value] of Object.entries(values))
      await tx.putSecret({ kind: 'Cluster', uid: meta.uid }, field, new Secret(value))
    return meta.uid
  })
  return { tenant, uid }
}

const read = async ({ tenant, uid }: Holder, field: string, store = test.store): Promise<string | undefined> =>
  (await store.transaction(tenant, user, (tx) => tx.getSecret({ kind: 'Cluster', uid }, field)))?.reveal()

describe('secrets at rest', () => {
  it('are nowhere in the database in clear, nor is the key that opens them', async () => {
    await hold({ key: CANARY })
    const { rows } = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
    )
    const root = Buffer.from(readFileSync(test.keyFile, 'utf8').split(' ')[1] ?? '', 'base64')
    const needles = [CANARY, root].map((needle) => Buffer.from(needle).toString('hex'))
    for (const { name } of rows) {
      // Rows as text, once plain and once as the hexadecimal form of everything binary.
      const found = await owner.query(
        `select from ${name} t where position(decode($1, 'hex') in convert_to(t::text, 'UTF8')) > 0 or t::text like '%' || $1 || '%'
           or position(decode($2, 'hex') in convert_to(t::text, 'UTF8')) > 0 or t::text like '%' || $2 || '%'`,
        needles,
      )
      expect(found.rowCount, name).toBe(0)
    }
  })

  it('do not open when a bit changed or a row was put in the place of another', async () => {
    const a = await hold({ one: 'first', two: 'second' })
    const b = await hold({ one: 'other' })
    await owner.query(
      `update secrets s set nonce = o.nonce, ciphertext = o.ciphertext from secrets o
       where s.tenant = $1 and s.field = 'one' and o.tenant = $1 and o.field = 'two'`,
      [a.tenant],
    )
    await expect(read(a, 'one')).rejects.toThrow(/cannot be opened/)
    expect(await read(a, 'two')).toBe('second')
    await owner.query(
      `update secrets set ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) where tenant = $1`,
      [b.tenant],
    )
    await expect(read(b, 'one')).rejects.toThrow(/cannot be opened/)
  })

  it('do not open with the data key of another tenant', async () => {
    const a = await hold({ one: 'first' })
    const b = await hold({ one: 'other' })
    await owner.query(
      `update tenant_keys k set wrapped = o.wrapped, root_key = o.root_key from tenant_keys o where k.tenant = $1 and o.tenant = $2`,
      [a.tenant, b.tenant],
    )
    await expect(read(a, 'one')).rejects.toThrow(/cannot be opened/)
  })

  it('records that a person set a secret, without it', async () => {
    const { tenant } = await hold({ token: CANARY })
    const { rows } = await owner.query<{ action: string; line: string }>(
      'select action, a::text as line from audit_log a where tenant = $1 order by id',
      [tenant],
    )
    expect(rows.map(({ action }) => action)).toEqual(['Cluster.create', 'Cluster.setSecret'])
    expect(rows.some(({ line }) => line.includes('canary'))).toBe(false)
  })
})

describe('blobs at rest', () => {
  const BLOB = `password: canary-${crypto.randomUUID()}`
  const put = (tenant: string): Promise<string> =>
    test.store.transaction(tenant, user, (tx) => tx.putBlob(Buffer.from(BLOB)))
  const get = async (tenant: string, digest: string): Promise<string | undefined> =>
    (await test.store.transaction(tenant, user, (tx) => tx.getBlob(digest)))?.toString()

  it('are sealed: neither the text nor its hexadecimal form is in the table, and a swapped row does not open', async () => {
    const tenant = await test.newTenant()
    const digest = await put(tenant)
    expect(await get(tenant, digest)).toBe(BLOB)
    const found = await owner.query(`select from blobs b where b::text like '%' || encode($1::bytea, 'hex') || '%'`, [
      Buffer.from(BLOB),
    ])
    expect(found.rowCount).toBe(0)
    const other = await test.store.transaction(tenant, user, (tx) => tx.putBlob(Buffer.from('other')))
    await owner.query(
      `update blobs b set nonce = o.nonce, content = o.content from blobs o
       where b.tenant = $1 and b.digest = $2 and o.tenant = $1 and o.digest = $3`,
      [tenant, digest, other],
    )
    await expect(get(tenant, digest)).rejects.toThrow(/cannot be opened/)
  })

  it('of before are read, and sealed when they are written again', async () => {
    const tenant = await test.newTenant()
    const digest = await put(tenant)
    const clear = [tenant, digest, Buffer.from(BLOB)]
    await owner.query(
      'update blobs set key_version = null, nonce = null, content = $3 where tenant = $1 and digest = $2',
      clear,
    )
    expect(await get(tenant, digest)).toBe(BLOB)
    expect(await put(tenant)).toBe(digest)
    const { rows } = await owner.query<{ sealed: boolean }>(
      'select key_version is not null and content <> $3 as sealed from blobs where tenant = $1 and digest = $2',
      clear,
    )
    expect(rows).toEqual([{ sealed: true }])
    expect(await get(tenant, digest)).toBe(BLOB)
  })
})

describe('root keys', () => {
  it('are rotated: every data key is wrapped anew, and the old root key is not needed any more', async () => {
    const rotated = await openTestStore()
    try {
      const tenant = await rotated.newTenant()
      const { meta } = await rotated.store.transaction(tenant, user, (tx) => tx.create(newCluster('c')))
      const ref = { kind: 'Cluster', uid: meta.uid }
      await rotated.store.transaction(tenant, user, (tx) => tx.putSecret(ref, 'f', new Secret('kept')))
      const former = rotated.keyProvider.currentRootKey()
      expect(rotated.keyProvider.addRootKey()).not.toBe(former)
      expect(await rotated.store.system.rewrapKeys()).toBe(1)
      expect(await rotated.store.system.rewrapKeys()).toBe(0)
      rotated.keyProvider.dropRootKeys()
      const fresh = await rotated.openAnother({ keyProvider: new FileKeyProvider(rotated.keyFile, systemRandom) })
      expect((await fresh.transaction(tenant, user, (tx) => tx.getSecret(ref, 'f')))?.reveal()).toBe('kept')
      const stranger = await rotated.openAnother({
        keyProvider: new FileKeyProvider(`${rotated.keyFile}.other`, systemRandom),
      })
      await expect(stranger.transaction(tenant, user, (tx) => tx.getSecret(ref, 'f'))).rejects.toThrow(/is not in/)
    } finally {
      await rotated.close()
    }
  })

  it('lie in a file of mode 0600, and one that others may read is refused', () => {
    const path = `${test.keyFile}.mode`
    const provider = new FileKeyProvider(path, systemRandom)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(new FileKeyProvider(path, systemRandom).currentRootKey()).toBe(provider.currentRootKey())
    chmodSync(path, 0o640)
    expect(() => new FileKeyProvider(path, systemRandom)).toThrow(/may be read by others/)
  })
})
