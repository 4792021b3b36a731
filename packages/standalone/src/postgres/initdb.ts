import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { NOBODY } from '@atrium/toolchain/user.ts'
import { linkLibraries, postgresEnv } from './binaries.ts'
import { identityWrapper, type PostgresIdentity } from './identity.ts'
import type { PostgresLayout } from './layout.ts'

export const SUPERUSER = 'atrium'

/** Makes the data folder unless it exists; several processes may try at once, and a killed try leaves nothing behind that counts. */
export const ensureDataFolder = async (layout: PostgresLayout, identity: PostgresIdentity): Promise<void> => {
  linkLibraries(layout.binaries, layout.links)
  if (existsSync(join(layout.data, 'PG_VERSION'))) return checkVersion(layout)
  const temporary = `${layout.data}.new-${process.pid}-${randomBytes(4).toString('hex')}`
  mkdirSync(temporary, { mode: 0o700 })
  if (identity === 'nobody') chownSync(temporary, NOBODY, NOBODY)
  try {
    await initdb(layout, identity, temporary)
    renameSync(temporary, layout.data)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error
  }
}

const initdb = async (layout: PostgresLayout, identity: PostgresIdentity, data: string): Promise<void> => {
  const words = [
    ...identityWrapper(identity),
    join(layout.binaries.root, 'bin', 'initdb'),
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    // There is no network listener, and the socket lies in a folder only its owner can enter.
    '--auth=trust',
    '--encoding=UTF8',
    // Independent of the machine's C library: an upgrade of the system cannot change the order of an index.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
  ]
  const [command = '', ...args] = words
  await promisify(execFile)(command, args, { env: postgresEnv(layout.binaries, layout.links), cwd: '/' })
}

const checkVersion = (layout: PostgresLayout): void => {
  const found = readFileSync(join(layout.data, 'PG_VERSION'), 'utf8').trim()
  const needed = layout.binaries.version.split('.')[0]
  if (found !== needed)
    throw new Error(
      `${layout.data} was made by PostgreSQL ${found}, but ${needed} is installed. Dump it with PostgreSQL ${found} and restore it, or give DATABASE_URL.`,
    )
}

export interface PostgresSettings {
  sockets: string
  maxConnections: number
  durable: boolean
}

/** Writes PostgreSQL's settings: the whole file is ours, so a new version of Atrium can change them at the next start. */
export const writeSettings = (layout: PostgresLayout, identity: PostgresIdentity, settings: PostgresSettings): void => {
  const path = join(layout.data, 'postgresql.conf')
  const text = Object.entries(settingsOf(settings)).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`,
  )
  writeFileAtomically(path, text.join(''))
  if (identity === 'nobody') chownSync(path, NOBODY, NOBODY)
}

const settingsOf = (settings: PostgresSettings): Record<string, string> => ({
  listen_addresses: '',
  port: '5432',
  unix_socket_directories: settings.sockets,
  unix_socket_permissions: '0700',
  max_connections: String(settings.maxConnections),
  shared_buffers: '64MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  jit: 'off',
  log_min_messages: 'warning',
  // Statements and details can hold what users wrote: the log names the error only.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  ...(settings.durable ? {} : volatileSettings),
})

/** For tests: survives a killed process, not a power cut. */
const volatileSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
}
