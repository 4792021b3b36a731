import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { findBinaries, linkLibraries, postgresEnv } from '@atrium/standalone/postgres/binaries.ts'
import { choosePostgresIdentity, identityWrapper } from '@atrium/standalone/postgres/identity.ts'
import pg from 'pg'
import { freePort } from './free-port.ts'

/** A PostgreSQL as an operator would give us: TCP, passwords, and a user who owns databases but is no superuser. */
export interface ExternalPostgres {
  /** Of a user with CREATEDB and CREATEROLE. */
  url: string
  stop(): Promise<void>
}

const PASSWORD = 'only-on-loopback'

/** Starts one that lives as long as the test; not to be confused with the embedded server, whose launcher is not used here. */
export const startExternalPostgres = async (): Promise<ExternalPostgres> => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-pg-'))
  const binaries = findBinaries()
  const env = postgresEnv(binaries, join(folder, 'lib'))
  const [wrap, program] = [identityWrapper(mustNotBeStaged()), (name: string) => join(binaries.root, 'bin', name)]
  linkLibraries(binaries, join(folder, 'lib'))
  writeFileSync(join(folder, 'password'), PASSWORD, { mode: 0o600 })
  const init = ['--auth=scram-sha-256', `--pwfile=${join(folder, 'password')}`, '--username=boss', '--no-sync']
  const [initCommand = '', ...initArgs] = [...wrap, program('initdb'), `--pgdata=${join(folder, 'data')}`, ...init]
  await promisify(execFile)(initCommand, [...initArgs, '--encoding=UTF8', '--locale=C'], { env })
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'fsync=off']
  const args = [program('postgres'), '-D', join(folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])]
  const [command = '', ...rest] = [...wrap, ...args]
  const server = spawn(command, rest, { env, stdio: 'ignore' })
  const boss = `postgresql://boss:${PASSWORD}@127.0.0.1:${port}/postgres`
  await makeOwner(boss)
  return {
    url: boss.replace('boss:', 'atrium_owner:'),
    stop: async () => {
      const exit = once(server, 'exit')
      server.kill('SIGINT')
      await exit
      rmSync(folder, { recursive: true })
    },
  }
}

const mustNotBeStaged = (): 'self' | 'namespace' => {
  const identity = choosePostgresIdentity()
  if (identity === 'nobody') throw new Error('as root this needs user namespaces; set ATRIUM_TEST_DATABASE_URL instead')
  return identity
}

const makeOwner = async (url: string): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.query(`create role atrium_owner login createdb createrole password '${PASSWORD}'`)
      return
    } catch (error) {
      if (attempt === 100) throw error
      await systemClock.sleep(50)
    } finally {
      await client.end()
    }
  }
}
