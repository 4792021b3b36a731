import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type ConfinedCommand, runConfined } from '@atrium/runtime/confined/command.ts'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import { findWall, wallWords } from '@atrium/runtime/confined/wall.ts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const wall = findWall()
const GIB = 1024 ** 3
const limits = { cpuSeconds: 10, memoryBytes: 2 * GIB, outputBytes: 1024 ** 2, timeMs: 60_000 }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-wall-'))
  // Homes of others lie elsewhere.
  vi.stubEnv('TMPDIR', folder)
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** A program of a stranger. */
const run = (code: string, changed: Partial<ConfinedCommand['limits']> = {}): Promise<string> =>
  runConfined({
    ...{ command: process.execPath, args: ['-e', code], wall, clock: systemClock },
    limits: { ...limits, ...changed },
  })

const homes = (): string[] => readdirSync(folder).filter((name) => name.startsWith('atrium-confined-'))

describe('a confined program', () => {
  it('knows nothing of its owner, and its home goes with it', async () => {
    process.env.ATRIUM_SECRET_OF_OWNER = 'x'
    const said = await run(`
      require('node:fs').writeFileSync('left', 'behind')
      console.log(JSON.stringify({ names: Object.keys(process.env), home: process.env.HOME, cwd: process.cwd() }))`)
    delete process.env.ATRIUM_SECRET_OF_OWNER
    const { names, home, cwd } = JSON.parse(said) as { names: string[]; home: string; cwd: string }
    expect(names.sort()).toEqual(['HOME', 'PATH', 'TMPDIR'])
    expect(cwd).toBe(home)
    expect([existsSync(home), homes()]).toEqual([false, []])
  })

  it.skipIf(wall !== 'whole')('reaches nobody', async () => {
    let visitors = 0
    const server = createServer(() => {
      visitors += 1
    }).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const { port } = server.address() as { port: number }
    const dial = `require('node:net').connect(${port}, '127.0.0.1').on('error', (error) => console.log(error.code))`
    expect(await run(dial)).toMatch(/ENETUNREACH|ECONNREFUSED/)
    expect(visitors).toBe(0)
    server.close()
  })

  it.each([
    ['fails', 'console.error("no such thing"); process.exit(3)', {}, 'no such thing'],
    ['floods', 'process.stdout.write("x".repeat(2_000_000))', {}, 'has an output of more than 1048576 bytes'],
    ['never ends', 'setInterval(() => {}, 1000)', { timeMs: 1_500 }, 'took longer than 1500 ms'],
    ...(wall === 'none'
      ? []
      : ([
          ['computes for ever', 'for (;;);', { cpuSeconds: 1 }, 'used more than 1 s of processor time'],
          ['hoards', `const all = []; for (;;) all.push(Buffer.alloc(2 ** 24, 1))`, {}, 'memory'],
        ] as const)),
  ] as const)('that %s is told as such', async (_what, code, changed, why) => {
    const failure = await run(code, changed).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ConfinedError)
    expect((failure as Error).message).toContain(why)
    expect(homes()).toEqual([])
  })
})

it('a system that refuses namespaces still limits; one without the programs says that it has no wall', () => {
  expect(wallWords('limits', limits)[0]).toBe('prlimit')
  expect(findWall('/nonexistent')).toBe('none')
})
