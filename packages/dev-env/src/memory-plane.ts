import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { createTenant, type TenantCredentials } from '@atrium/server/auth/tenants/create-tenant.ts'
import type { ServerEnv } from '@atrium/server/config/env.ts'
import { createContext, type Installation } from '@atrium/server/context.ts'
import { type RunningServer, startServer } from '@atrium/server/server.ts'
import { createTestDatabase } from './postgres.ts'
import { serverConfig } from './server-config.ts'

/** The whole server over TLS, on a cloud `local` that is but memory: its clusters get machines, and never an API server or an agent. */
export interface MemoryPlane {
  installation: Installation
  server: RunningServer
  newTenant(name: string): Promise<TenantCredentials>
  close(): Promise<void>
}

export const startMemoryPlane = async (env: ServerEnv = {}): Promise<MemoryPlane> => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-memory-'))
  const database = await createTestDatabase()
  const config = serverConfig(database, folder, 'silent', env)
  const provider = {
    ...createInMemoryProvider(new FakeCloud()),
    ...{ cloudType: 'local', credentialKeys: ['TOKEN'], parsePool },
  }
  const installation = await createContext(config, { providers: { local: async () => provider } })
  const server = await startServer(installation)
  return {
    installation,
    server,
    newTenant: (name) => createTenant(installation, { name }, operatorActor),
    async close() {
      await server.stop()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
