import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import { findWall, wallWords } from '@atrium/runtime/confined/wall.ts'
import { ConfinedWorker } from '@atrium/runtime/confined/worker.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const wall = findWall()
const root = resolve(import.meta.dirname, '../../..')
const MiB = 1024 ** 2

const JOB = `
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { spawnSync } from 'node:child_process'
const reach = (port) => new Promise((done, fail) => connect(port, '127.0.0.1', () => done('reached')).on('error', fail))
const acts = {
  echo: (input, bytes) => ({ input, bytes: bytes.length }),
  read: ({ path }) => readFileSync(path, 'utf8'),
  write: ({ path }) => writeFileSync(path, 'was here'),
  reach: ({ port }) => reach(port),
  spawn: () => spawnSync('true').status,
  env: () => process.env,
  loop: () => { for (;;); },
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
  hoard: () => { const all = []; for (;;) all.push(Buffer.alloc(16 * ${MiB}, 1)) },
  flood: ({ chars }) => 'x'.repeat(chars),
  end: () => process.exit(3),
}
export const run = async (input, bytes) => acts[input.act](input, bytes)
`

let folder: string
let worker: ConfinedWorker
const workerWith = (limits: { timeMs?: number; cpuSeconds?: number } = {}): ConfinedWorker =>
  new ConfinedWorker({
    job: join(folder, 'job', 'job.mjs'),
    codeFolders: [join(folder, 'job'), join(root, 'packages')],
    wall,
    limits: { cpuSeconds: 10, memoryBytes: 256 * MiB, answerBytes: MiB, timeMs: 60_000, ...limits },
    clock: systemClock,
  })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium confined '))
  mkdirSync(join(folder, 'job'))
  writeFileSync(join(folder, 'job', 'job.mjs'), JOB)
  writeFileSync(join(folder, 'secret'), 'a secret')
  worker = workerWith()
})
afterAll(() => {
  worker.close()
  rmSync(folder, { recursive: true })
})
let other: ConfinedWorker | null = null
afterEach(() => {
  other?.close()
  other = null
})

describe('a confined process', () => {
  it('answers, one job after another', async () => {
    const jobs = [0, 1, 2].map((n) => worker.run({ act: 'echo', n }, new Uint8Array(n * MiB)))
    expect(await Promise.all(jobs)).toEqual([0, 1, 2].map((n) => ({ input: { act: 'echo', n }, bytes: n * MiB })))
  })

  it('reads and writes nothing, starts nothing, and knows nothing of its owner', async () => {
    process.env.ATRIUM_SECRET_OF_OWNER = 'x'
    const refused = /access to this api has been restricted|permission/i
    await expect(worker.run({ act: 'read', path: join(folder, 'secret') }, Buffer.of())).rejects.toThrow(refused)
    await expect(worker.run({ act: 'write', path: join(folder, 'out') }, Buffer.of())).rejects.toThrow(refused)
    await expect(worker.run({ act: 'spawn' }, Buffer.of())).rejects.toThrow(refused)
    expect(Object.keys((await worker.run({ act: 'env' }, Buffer.of())) as object)).toEqual(['PATH'])
    delete process.env.ATRIUM_SECRET_OF_OWNER
  })

  it.skipIf(wall !== 'whole')('reaches nobody', async () => {
    let visitors = 0
    const server = createServer(() => {
      visitors += 1
    }).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const { port } = server.address() as { port: number }
    await expect(worker.run({ act: 'reach', port }, Buffer.of())).rejects.toThrow(/ENETUNREACH|ECONNREFUSED/)
    expect(visitors).toBe(0)
    server.close()
  })

  it.each([
    ['end', /exit code 3/],
    ['flood', /would answer 2000013 bytes, where 1048576 are allowed/],
    ...(wall === 'none' ? [] : [['hoard', /more than 256 MiB of memory/] as const]),
  ] as const)('that does %s fails with the reason, and the next one works', async (act, why) => {
    const failure = await worker.run({ act, chars: 2_000_000 }, Buffer.of()).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ConfinedError)
    expect((failure as Error).message).toMatch(why)
    expect(await worker.run({ act: 'echo' }, Buffer.of())).toMatchObject({ bytes: 0 })
  })

  it('that never answers is ended', async () => {
    other = workerWith({ timeMs: 1_500 })
    await expect(other.run({ act: 'hang' }, Buffer.of())).rejects.toThrow('took longer than 1500 ms')
  })

  it.skipIf(wall === 'none')('that computes for ever is ended by the kernel', async () => {
    other = workerWith({ cpuSeconds: 1 })
    await expect(other.run({ act: 'loop' }, Buffer.of())).rejects.toThrow('used more than 1 s of processor time')
  })
})

it('a system that refuses namespaces still limits', () => {
  expect(wallWords('limits', { cpuSeconds: 3, memoryBytes: 5 })[0]).toBe('prlimit')
  expect(findWall('/nonexistent')).toBe('none')
})
