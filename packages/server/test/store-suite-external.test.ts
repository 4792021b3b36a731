import { type ExternalPostgres, startExternalPostgres } from '@atrium/dev-env/external-postgres.ts'
import { createTestDatabase } from '@atrium/dev-env/postgres.ts'
import { storeSuite } from '@atrium/runtime/store/suite.ts'
import { afterAll, beforeAll } from 'vitest'
import { openHarness } from './support/store-harness.ts'

let server: ExternalPostgres
beforeAll(async () => {
  server = await startExternalPostgres()
})
afterAll(() => server.stop())

// Over TCP with a password, by an owner who is no superuser and takes the two roles on.
storeSuite({
  name: 'external PostgreSQL',
  propertyRuns: 3,
  open: async () => openHarness(await createTestDatabase(server.url)),
})
