import { join } from 'node:path'
import { envToConfig, type LogLevel, type ServerConfig } from '@atrium/server/config/config.ts'
import type { ServerEnv } from '@atrium/server/config/env.ts'
import type { TestDatabase } from './postgres.ts'

/** A server on this database, with keys and certificates in the folder, on a port of the machine's choice. */
export const serverConfig = (
  database: TestDatabase,
  folder: string,
  logLevel: LogLevel,
  env: ServerEnv = {},
): ServerConfig =>
  envToConfig({
    databaseUrl: database.url,
    ...(database.appUrl ? { databaseAppUrl: database.appUrl } : {}),
    ...(database.systemUrl ? { databaseSystemUrl: database.systemUrl } : {}),
    port: '0',
    pkiDir: join(folder, 'pki'),
    rootKeyFile: join(folder, 'root.key'),
    logLevel,
    // A test asks no name server but its own.
    dnsServers: '127.0.0.1:9',
    ...env,
  })
