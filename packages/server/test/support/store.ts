import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@atrium/dev-env/postgres.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { FileKeyProvider } from '@atrium/server/store/keys/file-key-provider.ts'
import { openStore, type PostgresStore, type StoreOptions } from '@atrium/server/store/postgres-store.ts'

export interface TestStore {
  store: PostgresStore
  database: TestDatabase
  keyProvider: FileKeyProvider
  keyFile: string
  /** Another store on the same database, as a second server has. */
  openAnother(overrides?: Partial<StoreOptions>): Promise<PostgresStore>
  newTenant(): Promise<string>
  /** Closes every store and drops the database. */
  close(): Promise<void>
}

/** A store on a database of its own. */
export const openTestStore = async (
  overrides: Partial<StoreOptions> = {},
  database?: TestDatabase,
): Promise<TestStore> => openStoreOn(database ?? (await createTestDatabase()), overrides)

const openStoreOn = async (database: TestDatabase, overrides: Partial<StoreOptions>): Promise<TestStore> => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-keys-'))
  const keyFile = join(folder, 'root.key')
  const keyProvider = new FileKeyProvider(keyFile, systemRandom)
  const opened: PostgresStore[] = []
  const openAnother = async (more: Partial<StoreOptions> = {}): Promise<PostgresStore> => {
    const capabilities = { keyProvider, clock: systemClock, random: systemRandom, logger: silentLogger }
    const store = await openStore({ ...database.storeOptions, ...capabilities, ...overrides, ...more })
    opened.push(store)
    return store
  }
  const store = await openAnother()
  return {
    store,
    database,
    keyProvider,
    keyFile,
    openAnother,
    newTenant: async () => (await store.system.createTenant({ name: crypto.randomUUID() })).uid,
    close: async () => {
      await Promise.all(opened.map((each) => each.close()))
      await database.drop()
      rmSync(folder, { recursive: true })
    },
  }
}
