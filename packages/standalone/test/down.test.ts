import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { stopPlatform } from '@atrium/standalone/platform/down.ts'
import { tryLock } from '@atrium/toolchain/lock.ts'
import { platformHome } from '@atrium/toolchain/platform.ts'
import { isRunning, type ProcessRecord, startProcess, stopProcess } from '@atrium/toolchain/process.ts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

let folder: string
const processes: ProcessRecord[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-down-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const record of processes.splice(0)) await stopProcess(record, { graceMs: 0 })
  rmSync(folder, { recursive: true, force: true })
})

const home = () => platformHome(folder)
/** What is in it after the first start, as far as a purge is concerned. */
const makeHome = (): void => {
  tryLock(home().lockFile)?.release()
  for (const path of [home().pkiDir, home().registryFolder]) mkdirSync(path)
  for (const path of [home().credentialsFile, home().demoFile, home().portsFile]) writeFileSync(path, '{}')
}
const down = async (purge = true): Promise<string> => {
  const said: string[] = []
  await stopPlatform({ home: folder, purge, clock: systemClock, say: (line) => said.push(line) })
  return said.join('\n')
}

describe('down --purge', () => {
  it.each([true, false])(
    'refuses a folder no platform was started in, and touches nothing (purge: %s)',
    async (purge) => {
      mkdirSync(join(folder, 'run'))
      for (const name of ['letter.txt', 'credentials.json', 'run/ready.json']) writeFileSync(join(folder, name), 'mine')
      await expect(down(purge)).rejects.toThrow(`${folder} is no home of Atrium`)
      expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
        'credentials.json',
        'letter.txt',
        'run',
        'run/ready.json',
      ])
    },
  )

  it('removes a home', async () => {
    makeHome()
    expect(await down()).toContain(`Removed ${folder}`)
    expect(existsSync(folder)).toBe(false)
  })

  it('leaves what is not of Atrium, and says so', async () => {
    makeHome()
    mkdirSync(join(folder, 'letters'))
    writeFileSync(join(folder, 'letters', 'one.txt'), 'mine')
    expect(await down()).toMatch(/still there: letters$/)
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['letters', 'letters/one.txt'])
  })
})

describe('down without the daemon and without its tools', () => {
  const start = async (...path: string[]): Promise<ProcessRecord> => {
    const recordFile = join(home().cloudFolder, 'clusters', 'u1', ...path)
    const logFile = join(folder, 'logs', 'sleep.log')
    const record = await startProcess({ name: 'sleep', command: 'sleep', args: ['600'], logFile, recordFile })
    processes.push(record)
    return record
  }

  it('ends what the records of its clusters name, and nothing else', async () => {
    makeHome()
    const members = [
      await start('run', 'etcd.json'),
      await start('run', 'kwok.json'),
      await start('pods', 'p1', 'run', 'c.json'),
    ]
    const stranger = await start('elsewhere', 'etcd.json')
    // A record whose pid is somebody else's now.
    const stale = { ...stranger, startTicks: stranger.startTicks - 1 }
    writeFileSync(join(home().cloudFolder, 'clusters', 'u1', 'run', 'kube-apiserver.json'), JSON.stringify(stale))
    vi.stubEnv('ATRIUM_CACHE', join(folder, 'no-tools'))
    vi.stubEnv('PATH', '/usr/bin:/bin')
    expect(await down(false)).toContain('Clusters rest')
    expect(members.map(isRunning)).toEqual([false, false, false])
    expect(isRunning(stranger)).toBe(true)
    expect(await down(false)).not.toContain('Clusters rest')
  })
})
