import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Clock, systemClock } from '@atrium/runtime/base/clock.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import { findWall } from '@atrium/runtime/confined/wall.ts'
import { ConfinedWorkers } from '@atrium/runtime/confined/workers.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

const wall = findWall()
const root = resolve(import.meta.dirname, '../../..')
const MiB = 1024 ** 2

const JOB = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { spawnSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
const reach = (port) => new Promise((done, fail) => connect(port, '127.0.0.1', () => done('reached')).on('error', fail))
const acts = {
  echo: (input, bytes) => ({ input, bytes: bytes.length }),
  read: ({ path }) => readFileSync(path, 'utf8'),
  write: ({ path }) => writeFileSync(path, 'was here'),
  reach: ({ port }) => reach(port),
  spawn: () => spawnSync('true').error ?? 'ran',
  thread: () => new Worker('1', { eval: true }),
  env: () => process.env,
  loop: () => { for (;;); },
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
  hangUnless: ({ path }) => existsSync(path) ? 'done' : acts.hang(),
  hoard: () => { const all = []; for (;;) all.push(Buffer.alloc(16 * ${MiB}, 1)) },
  flood: ({ chars }) => 'x'.repeat(chars),
  end: () => process.exit(3),
}
export const run = async (input, bytes) =>
  input.act === 'copy' ? { output: 'copied', bytes } : { output: await acts[input.act](input, bytes) }
`

let folder: string
let from: string
let workers: ConfinedWorkers
const workersWith = (
  limits: { timeMs?: number; cpuSeconds?: number } = {},
  count = 1,
  clock: Clock = systemClock,
): ConfinedWorkers =>
  new ConfinedWorkers(count, {
    job: join(folder, 'job', 'job.mjs'),
    codeFolders: [join(folder, 'job'), join(root, 'packages')],
    wall,
    limits: { cpuSeconds: 10, memoryBytes: 256 * MiB, answerBytes: MiB, madeBytes: MiB, timeMs: 60_000, ...limits },
    clock,
  })
const ask = (act: string, more: object = {}, subject = workers): Promise<unknown> =>
  subject.run({ input: { act, ...more }, from })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium confined '))
  mkdirSync(join(folder, 'job'))
  writeFileSync(join(folder, 'job', 'job.mjs'), JOB)
  writeFileSync(join(folder, 'secret'), 'a secret')
  from = join(folder, 'from')
  writeFileSync(from, Buffer.alloc(3 * MiB))
  workers = workersWith()
})
afterAll(() => {
  workers.close()
  rmSync(folder, { recursive: true })
})
let other: ConfinedWorkers | null = null
afterEach(() => {
  other?.close()
  other = null
})

describe('confined workers', () => {
  it('answer, more jobs than there are processes, and put what they make into a file', async () => {
    const answers = await Promise.all([0, 1, 2].map((n) => ask('echo', { n })))
    expect(answers).toEqual([0, 1, 2].map((n) => ({ input: { act: 'echo', n }, bytes: 3 * MiB })))
    const [small, into] = [join(folder, 'small'), join(folder, 'into')]
    writeFileSync(small, 'some text')
    expect(await workers.run({ input: { act: 'copy' }, from: small, into })).toBe('copied')
    expect(readFileSync(into, 'utf8')).toBe('some text')
  })

  it('are one process for a few jobs; another starts for what has waited', async () => {
    const clock = new ManualClock()
    const subject = workersWith({}, 2, clock)
    other = subject
    await Promise.all([0, 1, 2, 3, 4].map((n) => ask('echo', { n }, subject)))
    expect(subject.pids).toHaveLength(1)
    const hanging = ask('hang', {}, subject).catch((error: unknown) => error)
    const waiting = ask('echo', {}, subject)
    await clock.advance(4_999)
    expect(subject.pids).toHaveLength(1)
    await clock.advance(1)
    expect(await waiting).toMatchObject({ bytes: 3 * MiB })
    expect(subject.pids).toHaveLength(2)
    subject.close()
    expect(await hanging).toBeInstanceOf(Error)
  })

  it('read and write nothing, start nothing, and know nothing of their owner', async () => {
    process.env.ATRIUM_SECRET_OF_OWNER = 'x'
    const refused = /access to this api has been restricted|permission/i
    await expect(ask('read', { path: join(folder, 'secret') })).rejects.toThrow(refused)
    await expect(ask('read', { path: '/proc/self/environ' })).rejects.toThrow(refused)
    await expect(ask('write', { path: join(folder, 'out') })).rejects.toThrow(refused)
    await expect(ask('spawn')).rejects.toThrow(refused)
    await expect(ask('thread')).rejects.toThrow(refused)
    expect(Object.keys((await ask('env')) as object)).toEqual(['PATH'])
    delete process.env.ATRIUM_SECRET_OF_OWNER
    expect(existsSync(join(folder, 'out'))).toBe(false)
  })

  it.skipIf(wall !== 'whole')('reach nobody', async () => {
    let visitors = 0
    const server = createServer(() => {
      visitors += 1
    }).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const { port } = server.address() as { port: number }
    await expect(ask('reach', { port })).rejects.toThrow(/ENETUNREACH|ECONNREFUSED/)
    expect(visitors).toBe(0)
    server.close()
  })

  it.each([
    ['end', /exit code 3/],
    ['flood', /would answer 2000\d\d\d bytes, where 1048576 are allowed/],
    ['copy', /would answer 3145728 bytes, where 0 are allowed/],
    ...(wall === 'none' ? [] : [['hoard', /more than 256 MiB of memory/] as const]),
  ] as const)('that %s fail with the reason, and the next job works', async (act, why) => {
    const failure = await ask(act, { chars: 2_000_000 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ConfinedError)
    expect((failure as Error).message).toMatch(why)
    expect(await ask('echo')).toMatchObject({ bytes: 3 * MiB })
  })

  it('that never answer are ended', async () => {
    other = workersWith({ timeMs: 1_500 })
    await expect(ask('hang', {}, other)).rejects.toThrow('took longer than 1500 ms')
  })

  it.skipIf(wall === 'none')('that compute for ever are ended by the kernel', async () => {
    other = workersWith({ cpuSeconds: 1 })
    await expect(ask('loop', {}, other)).rejects.toThrow('used more than 1 s of processor time')
  })

  it('that somebody kills do their job all the same; what is killed twice is to blame', async () => {
    const path = join(folder, 'job', 'flag')
    const subject = workersWith()
    other = subject
    const killNext = async (former?: number): Promise<number> => {
      const pid = await vi.waitUntil(() => subject.pids.find((one) => one !== former), { timeout: 30_000 })
      process.kill(pid, 'SIGKILL')
      return pid
    }
    const job = ask('hangUnless', { path }, subject)
    const first = await killNext()
    writeFileSync(path, '')
    expect(await job).toBe('done')
    const hopeless = ask('hang', {}, subject).catch((error: unknown) => error)
    await killNext(await killNext(first))
    expect(await hopeless).toEqual(new ConfinedError('its process was killed, twice'))
  })
})

it('a process that cannot start is nobody’s fault but ours', async () => {
  other = new ConfinedWorkers(1, {
    ...{ job: join(folder, 'no such job.mjs'), codeFolders: [folder], wall, clock: systemClock },
    limits: { cpuSeconds: 10, memoryBytes: 256 * MiB, answerBytes: MiB, madeBytes: 0, timeMs: 60_000 },
  })
  const failure = await ask('echo', {}, other).catch((error: unknown) => error)
  expect(failure).not.toBeInstanceOf(ConfinedError)
  expect((failure as Error).message).toContain('did not start')
})
