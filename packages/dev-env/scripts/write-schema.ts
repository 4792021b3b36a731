import { writeFileSync } from 'node:fs'
import { createTestDatabase } from '@atrium/dev-env/postgres.ts'
import { dumpSchema } from '@atrium/server/store/schema-dump.ts'
import pg from 'pg'

// Writes schema.sql: what the migrations and the kinds make of an empty database.
const database = await createTestDatabase()
const client = new pg.Client({ connectionString: database.url })
await client.connect()
writeFileSync(new URL('../../server/schema.sql', import.meta.url), await dumpSchema(client))
await client.end()
await database.drop()
