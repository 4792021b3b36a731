import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  adoptProcess,
  isRunning,
  logTail,
  type ProcessRecord,
  type StartOptions,
  startProcess,
  stopProcess,
  stopRecorded,
  waitForExit,
} from '../src/process.ts'
import { listProcesses, presentTicks, readProcess } from '../src/process-table.ts'

let folder: string
let records: ProcessRecord[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium process '))
  records = []
})

afterEach(async () => {
  await Promise.all(records.map((record) => stopProcess(record, { graceMs: 0, group: true })))
  rmSync(folder, { recursive: true })
})

const recordFile = (): string => join(folder, 'run', 'part.json')
const logFile = (): string => join(folder, 'logs', 'part.log')

const start = async (script: string, options: Partial<StartOptions> = {}): Promise<ProcessRecord> => {
  const record = await startProcess({
    name: 'part',
    command: process.execPath,
    args: ['-e', script],
    logFile: logFile(),
    recordFile: recordFile(),
    ...options,
  })
  records.push(record)
  return record
}

const FOREVER = 'setInterval(() => {}, 1000)'

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await systemClock.sleep(5)
}

const logged = (text: string): Promise<void> =>
  until(() => existsSync(logFile()) && readFileSync(logFile(), 'utf8').includes(text))

const shellScript = (name: string, body: string): string => {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

test('a process is started in a session of its own, logs to its file, and leaves a private record', async () => {
  const record = await start(`console.log('out'); console.error('err'); ${FOREVER}`)
  await logged('err')
  expect(isRunning(record)).toBe(true)
  expect(readProcess(record.pid)?.groupId).toBe(record.pid)
  expect(readFileSync(logFile(), 'utf8')).toBe('out\nerr\n')
  expect(statSync(logFile()).mode & 0o777).toBe(0o600)
  expect(statSync(recordFile()).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(recordFile(), 'utf8'))).toEqual(record)
  expect(existsSync(`${recordFile()}.starting`)).toBe(false)
})

test('logs are appended, and one over its limit is moved aside first', async () => {
  await stopProcess(await start(`console.log('first'); ${FOREVER}`), { graceMs: 0 })
  await start(`console.log('second'); ${FOREVER}`)
  await logged('second')
  await stopProcess(records[1] as ProcessRecord, { graceMs: 0 })
  writeFileSync(logFile(), Buffer.alloc(33 * 1024 * 1024, 'x'))
  await start(`console.log('third'); ${FOREVER}`)
  await logged('third')
  expect(readFileSync(logFile(), 'utf8')).toBe('third\n')
  expect(statSync(`${logFile()}.1`).size).toBe(33 * 1024 * 1024)
})

test('a process survives kill -9 of its starter and is adopted by the next one', async () => {
  const script = `
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, '../src/process.ts'))}
    await startProcess({ name: 'part', command: process.execPath, args: ['-e', ${JSON.stringify(FOREVER)}],
      logFile: ${JSON.stringify(logFile())}, recordFile: ${JSON.stringify(recordFile())} })
    process.kill(process.pid, 'SIGKILL')`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
  const signal = await new Promise((resolve) => starter.on('exit', (_code, by) => resolve(by)))
  expect(signal).toBe('SIGKILL')
  const record = await adoptProcess(recordFile())
  expect(record).not.toBeNull()
  records.push(record as ProcessRecord)
  expect(isRunning(record as ProcessRecord)).toBe(true)
})

test('a process whose starter died before it wrote the record is found by its intent', async () => {
  const first = await start(FOREVER, { recordFile: join(folder, 'other.json') })
  const since = presentTicks(Date.now())
  await systemClock.sleep(30)
  const orphan = spawn(process.execPath, ['-e', FOREVER], { detached: true, stdio: 'ignore' })
  const intent = { name: 'part', command: [process.execPath, '-e', FOREVER], wrapper: [], sinceTicks: since + 1 }
  execFileSync('mkdir', ['-p', join(folder, 'run')])
  writeFileSync(`${recordFile()}.starting`, JSON.stringify(intent))
  const adopted = await adoptProcess(recordFile())
  records.push(adopted as ProcessRecord)
  expect(adopted?.pid).toBe(orphan.pid)
  expect(adopted?.pid).not.toBe(first.pid)
  expect(existsSync(`${recordFile()}.starting`)).toBe(false)
  expect(await adoptProcess(recordFile())).toEqual(adopted)
})

test('an intent nobody carried out adopts nothing', async () => {
  writeFileSync(
    join(folder, 'x.json.starting'),
    JSON.stringify({ name: 'x', command: ['/no/such/thing'], wrapper: [], sinceTicks: 0 }),
  )
  expect(await adoptProcess(join(folder, 'x.json'))).toBeNull()
  expect(existsSync(join(folder, 'x.json.starting'))).toBe(false)
})

test('a pid that belongs to somebody else now is neither adopted nor signalled', async () => {
  const bystander = await start(FOREVER)
  const otherStart = { ...bystander, startTicks: bystander.startTicks - 100 }
  const otherCommand = { ...bystander, commandLine: ['/usr/bin/etcd', '--name=m'] }
  for (const stale of [otherStart, otherCommand]) {
    writeFileSync(recordFile(), JSON.stringify(stale))
    expect(await adoptProcess(recordFile())).toBeNull()
    await stopProcess(stale, { graceMs: 0 })
    expect(isRunning(bystander)).toBe(true)
  }
})

test('a record that is no record adopts nothing', async () => {
  writeFileSync(join(folder, 'torn.json'), '{"name":"par')
  expect(await adoptProcess(join(folder, 'torn.json'))).toBeNull()
  expect(await adoptProcess(join(folder, 'missing.json'))).toBeNull()
})

test('starting what already runs is refused; after kill -9 it starts again', async () => {
  const first = await start(FOREVER)
  await expect(start(FOREVER)).rejects.toThrow(`part already runs with pid ${first.pid}`)
  process.kill(first.pid, 'SIGKILL')
  expect(await waitForExit(first, 10_000)).toBe(true)
  const second = await start(FOREVER)
  expect(second.pid).not.toBe(first.pid)
})

test('a process may end by itself after SIGTERM', async () => {
  const record = await start(
    `process.on('SIGTERM', () => { console.log('bye'); process.exit(0) }); console.log('up'); ${FOREVER}`,
  )
  await logged('up')
  await stopProcess(record, { graceMs: 10_000 })
  expect(isRunning(record)).toBe(false)
  expect(readFileSync(logFile(), 'utf8')).toContain('bye')
  await stopProcess(record, { graceMs: 10_000 })
})

test('one that ignores SIGTERM is killed after its grace', async () => {
  const record = await start(`process.on('SIGTERM', () => console.log('no')); console.log('up'); ${FOREVER}`)
  await logged('up')
  await stopProcess(record, { graceMs: 50 })
  expect(isRunning(record)).toBe(false)
  expect(readFileSync(logFile(), 'utf8')).toContain('no')
})

test('children left behind in its group are killed on request', async () => {
  const record = await start(PARENT)
  await logged('child')
  const child = Number(readFileSync(logFile(), 'utf8').split(' ')[1])
  await stopProcess(record, { graceMs: 0, group: true })
  await until(() => readProcess(child) === null)
})

const PARENT = `const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(FOREVER)}]); console.log('child', child.pid); ${FOREVER}`

test('children are killed on request also when what left them behind had ended before', async () => {
  const record = await start(PARENT)
  await logged('child')
  const child = Number(readFileSync(logFile(), 'utf8').split(' ')[1])
  process.kill(record.pid, 'SIGKILL')
  await waitForExit(record, 10_000)
  expect(readProcess(child)).not.toBeNull()
  await stopRecorded(recordFile(), { graceMs: 0, group: true })
  expect(readProcess(child)).toBeNull()
  expect(existsSync(recordFile())).toBe(false)
})

test("a group is nobody of ours when its number was another one's before: reused, or from before a boot", async () => {
  const leader = await start(PARENT)
  await logged('child')
  const child = Number(readFileSync(logFile(), 'utf8').split(' ')[1])
  const reused = { ...leader, startTicks: leader.startTicks - 1 }
  await stopProcess(reused, { graceMs: 0, group: true })
  process.kill(leader.pid, 'SIGKILL')
  await waitForExit(leader, 10_000)
  const formerBoot = { ...leader, startedAt: new Date(Date.parse(leader.startedAt) - 3_600_000).toISOString() }
  const younger = { ...leader, startTicks: leader.startTicks + 1000 }
  for (const stale of [formerBoot, younger]) await stopProcess(stale, { graceMs: 0, group: true })
  expect(readProcess(child)).not.toBeNull()
})

test('a zombie counts as dead', async () => {
  // `exec` leaves the shell's child to a program that never reaps it.
  const record = await start('', { command: '/bin/sh', args: ['-c', 'true & exec sleep 1000'] })
  await until(() => readFileSync(`/proc/${record.pid}/task/${record.pid}/children`, 'utf8').trim() !== '')
  const child = Number(readFileSync(`/proc/${record.pid}/task/${record.pid}/children`, 'utf8'))
  await until(() => readFileSync(`/proc/${child}/stat`, 'utf8').includes(') Z '))
  expect(readProcess(child)).toBeNull()
})

test('one that shows no command line, as in its last moments, still runs', async () => {
  const record = await start(`process.title = ' '; setInterval(() => {}, 1000)`)
  await until(() => (readProcess(record.pid)?.commandLine.join('') ?? 'ended').trim() === '')
  expect(isRunning(record)).toBe(true)
  await stopProcess(record, { graceMs: 10_000 })
  expect(readProcess(record.pid)).toBeNull()
})

test('one that ends soon is told from one that runs, and its log says why', async () => {
  const record = await start(`console.error('no such data folder'); process.exit(3)`)
  expect(await waitForExit(record, 10_000)).toBe(true)
  expect(logTail(logFile())).toBe('no such data folder')
  expect(logTail(join(folder, 'missing.log'))).toBe('')
})

test('what cannot be started is an error and leaves no record', async () => {
  await expect(start('', { command: '/no/such/binary' })).rejects.toThrow('no such executable')
  await expect(start('', { command: 'no-such-binary' })).rejects.toThrow('not found on PATH')
  await expect(start('', { cwd: '/no/such/folder' })).rejects.toThrow(/part did not start \(.*ENOENT/)
  expect(existsSync(recordFile())).toBe(false)
})

test('a script is recorded as its interpreter runs it', async () => {
  const script = shellScript('part.sh', 'while :; do sleep 0.1; done')
  const record = await start('', { command: script, args: ['--flag'] })
  expect(record.commandLine).toEqual(['/bin/sh', script, '--flag'])
  expect(await adoptProcess(recordFile())).toEqual(record)
})

test('behind a wrapper that becomes the command, the record names the command', async () => {
  const wrapper = shellScript('become', 'sleep 0.05\nexec "$@"')
  const record = await start(FOREVER, { wrapper: [wrapper] })
  expect(record.commandLine).toEqual([process.execPath, '-e', FOREVER])
  await stopProcess(record, { graceMs: 0 })
})

test('behind a wrapper that forks, the record holds the pid of the process that matters', async () => {
  const wrapper = shellScript('fork', '"$@" &\nwait')
  const record = await start(FOREVER, { wrapper: [wrapper] })
  const parent = readProcess(readProcess(record.pid)?.parentPid ?? 0)
  expect(record.commandLine).toEqual([process.execPath, '-e', FOREVER])
  expect(parent?.commandLine.slice(0, 2)).toEqual(['/bin/sh', wrapper])
  await stopProcess(record, { graceMs: 0 })
  await until(() => readProcess(parent?.pid ?? 0) === null)
})

test('a wrapper that fails is an error that carries its last words, and leaves nothing', async () => {
  const wrapper = shellScript('refuse', 'echo "unshare: Operation not permitted" >&2\nexit 1')
  await expect(start(FOREVER, { wrapper: [wrapper] })).rejects.toThrow(/Operation not permitted/)
  expect(listProcesses().filter((entry) => entry.commandLine.includes(wrapper))).toEqual([])
})

test('what is started anew while the former one is being stopped keeps its record: it would run on with nobody knowing', async () => {
  const former = await start(FOREVER)
  let successor: ProcessRecord | null = null
  const clock = {
    ...systemClock,
    sleep: async () => {
      await until(() => !isRunning(former))
      successor ??= await start(`${FOREVER} // again`)
    },
  }
  await stopRecorded(recordFile(), { graceMs: 5_000 }, clock)
  expect(successor).not.toBeNull()
  expect(await adoptProcess(recordFile())).toEqual(successor)
})
