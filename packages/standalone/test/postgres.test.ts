import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { probePostgres } from '@atrium/standalone/postgres/health.ts'
import { choosePostgresIdentity } from '@atrium/standalone/postgres/identity.ts'
import { stageOf } from '@atrium/standalone/postgres/layout.ts'
import {
  type EmbeddedPostgres,
  type PostgresOptions,
  removePostgres,
  startPostgres,
  stopPostgres,
} from '@atrium/standalone/postgres/postgres.ts'
import { adoptProcess, isRunning, waitForExit } from '@atrium/toolchain/process.ts'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atrium-home-'))
  // Everything is below a folder that only its owner may enter, as a home and a private checkout are.
  chmodSync(home, 0o700)
})
const used: PostgresOptions[] = []
afterEach(async () => {
  for (const options of used.splice(0)) await removePostgres(options)
  rmSync(home, { recursive: true, force: true })
})

const optionsFor = (folder = join(home, 'postgres'), more: Partial<PostgresOptions> = {}): PostgresOptions => {
  const options = {
    folder,
    logFile: join(home, 'logs/postgres.log'),
    recordFile: join(home, 'run/postgres.json'),
    durable: false,
    ...more,
  }
  used.push(options)
  return options
}

const query = async (server: EmbeddedPostgres, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

describe('embedded PostgreSQL', () => {
  it('starts below a folder of mode 0700, and is adopted by who comes later', async () => {
    const options = optionsFor()
    const first = await startPostgres(options)
    expect(first.adopted).toBe(false)
    expect(await query(first, 'show server_version')).toEqual([expect.stringMatching(/^18\./)])
    const second = await startPostgres(options)
    expect(second).toMatchObject({ adopted: true, record: { pid: first.record.pid } })
    expect((await adoptProcess(options.recordFile))?.pid).toBe(first.record.pid)
  })

  it('lets one of several starters win, and gives it to all', async () => {
    const options = optionsFor()
    const servers = await Promise.all([1, 2, 3, 4].map(() => startPostgres(options)))
    expect(new Set(servers.map(({ record }) => record.pid)).size).toBe(1)
    expect(servers.filter(({ adopted }) => !adopted).length).toBeLessThanOrEqual(1)
    expect((await adoptProcess(options.recordFile))?.pid).toBe(servers[0]?.record.pid)
  })

  it('keeps what was committed when it is killed, and starts again at once', async () => {
    const options = optionsFor(undefined, { durable: true })
    const first = await startPostgres(options)
    await query(first, 'create table kept (n int)')
    await query(first, 'insert into kept values (1)')
    process.kill(first.record.pid, 'SIGKILL')
    // A killed process is there for a moment longer, and is adopted for as long.
    await waitForExit(first.record, 30_000)
    const second = await startPostgres(options)
    expect(second.record.pid).not.toBe(first.record.pid)
    expect(await query(second, 'select n from kept')).toEqual([1])
    expect(await query(second, 'show fsync')).toEqual(['on'])
  })

  it('is seen to hang when it runs and answers nobody, ends all the same, and starts again', async () => {
    const options = optionsFor()
    const first = await startPostgres(options)
    expect(await probePostgres(first.socket, 10_000)).toBeNull()
    process.kill(first.record.pid, 'SIGSTOP')
    expect(await probePostgres(first.socket, 100)).toBe('no answer in time')
    expect(isRunning(first.record)).toBe(true)
    await stopPostgres({ ...options, graceMs: 0 })
    expect(await probePostgres(first.socket, 10_000)).toMatch(/ENOENT|ECONNREFUSED/)
    const second = await startPostgres(options)
    expect(await query(second, 'select 1')).toEqual([1])
  })

  it('stops, and starts where a stale pid file names a program of somebody else', async () => {
    const options = optionsFor()
    const first = await startPostgres(options)
    await stopPostgres(options)
    expect(isRunning(first.record)).toBe(false)
    const pidFile = join(options.folder, 'data/postmaster.pid')
    writeFileSync(pidFile, `${process.pid}\n${join(options.folder, 'data')}\n0\n5432\n${home}\n\n\nready\n`, {
      mode: 0o600,
    })
    const second = await startPostgres(options)
    expect(second.adopted).toBe(false)
    expect(await query(second, 'select 1')).toEqual([1])
  })

  it('listens on no network, and lets nobody but the owner near its socket', async () => {
    const server = await startPostgres(optionsFor())
    expect(await query(server, 'show listen_addresses')).toEqual([''])
    const [sockets = ''] = (await query(server, 'show unix_socket_directories')) as string[]
    expect(statSync(sockets).mode & 0o777).toBe(0o700)
  })

  it('puts the socket elsewhere where the home is too deep for one, and refuses a folder that is not private', async () => {
    const folder = join(home, 'a-very-long-folder-name-'.repeat(5), 'postgres')
    const server = await startPostgres(optionsFor(folder))
    const [sockets = ''] = (await query(server, 'show unix_socket_directories')) as string[]
    expect(sockets.startsWith('/tmp/atrium-pg-')).toBe(true)
    await stopPostgres({ folder })
    chmodSync(sockets, 0o777)
    await expect(startPostgres(optionsFor(folder))).rejects.toThrow(/mode 0700/)
    chmodSync(sockets, 0o700)
  })

  it('says what is wrong, with the end of its log, when it cannot start', async () => {
    const options = optionsFor()
    await startPostgres(options)
    await stopPostgres(options)
    writeFileSync(join(options.folder, 'data/global/pg_control'), 'broken')
    await expect(startPostgres(options)).rejects.toThrow(/did not start[^]*pg_control/)
  })

  it('refuses data of another version with what to do', async () => {
    const options = optionsFor()
    mkdirSync(join(options.folder, 'data'), { recursive: true, mode: 0o700 })
    writeFileSync(join(options.folder, 'data/PG_VERSION'), '15\n')
    await expect(startPostgres(options)).rejects.toThrow(/made by PostgreSQL 15/)
  })

  it.runIf(process.getuid?.() === 0)('runs as nobody where root may make no user namespace', async () => {
    const options = optionsFor(undefined, { identity: 'nobody' })
    const server = await startPostgres(options)
    expect(readFileSync(`/proc/${server.record.pid}/status`, 'utf8')).toMatch(/^Uid:\s65534/m)
    expect(await query(server, 'select 1')).toEqual([1])
    expect(existsSync(stageOf(options.folder))).toBe(true)
    await removePostgres(options)
    expect(isRunning(server.record)).toBe(false)
    expect(existsSync(stageOf(options.folder))).toBe(false)
  })

  describe.runIf(process.getuid?.() === 0)('as root', () => {
    /** A kernel that grants no user namespace, as far as anybody can see who tries. */
    const refuseNamespaces = (): void => {
      const bin = join(home, 'bin')
      mkdirSync(bin)
      writeFileSync(join(bin, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      vi.stubEnv('PATH', `${bin}:${process.env.PATH}`)
    }
    afterEach(() => vi.unstubAllEnvs())

    it.runIf(choosePostgresIdentity() === 'namespace')(
      'never takes an empty folder for its data when a user namespace is refused once',
      async () => {
        const options = optionsFor()
        const first = await startPostgres(options)
        await query(first, 'create table kept (n int)')
        await stopPostgres(options)
        refuseNamespaces()
        await expect(startPostgres(options)).rejects.toThrow(/made in a user namespace.*allow them/)
        expect(existsSync(stageOf(options.folder))).toBe(false)
        vi.unstubAllEnvs()
        const again = await startPostgres(options)
        expect(await query(again, 'select count(*)::int from kept')).toEqual([0])
        vi.stubEnv('PATH', `${join(home, 'bin')}:${process.env.PATH}`)
        await stopPostgres(options)
        expect(isRunning(again.record)).toBe(false)
      },
    )

    it('stays nobody where user namespaces are allowed later', async () => {
      const options = optionsFor()
      refuseNamespaces()
      const first = await startPostgres(options)
      await query(first, 'create table kept (n int)')
      vi.unstubAllEnvs()
      expect(await startPostgres(options)).toMatchObject({ adopted: true, record: { pid: first.record.pid } })
      await stopPostgres(options)
      expect(isRunning(first.record)).toBe(false)
      expect(await query(await startPostgres(options), 'select count(*)::int from kept')).toEqual([0])
    })
  })

  it.runIf(process.getuid?.() === 0)('chooses how to run as root by trying', () => {
    expect(['namespace', 'nobody']).toContain(choosePostgresIdentity())
    expect(dirname(stageOf(home))).toBe('/var/lib/atrium-postgres')
  })
})
