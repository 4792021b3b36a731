import { spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

// Copied without any node_modules: what brings the dependencies must do without them.
const source = join(import.meta.dirname, '../src')
const lockText = JSON.stringify({ packages: { 'node_modules/ajv': { version: '8.20.0', integrity: 'sha512-a' } } })
let checkout: string

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'atrium install '))
  const target = join(checkout, 'packages/toolchain/src')
  mkdirSync(join(target, 'install'), { recursive: true })
  for (const file of ['lock.ts', 'install/main.ts', 'install/installed.ts'])
    cpSync(join(source, file), join(target, file))
  writeFileSync(join(checkout, 'package.json'), '{"type":"module"}')
  writeFileSync(join(checkout, 'package-lock.json'), lockText)
  mkdirSync(join(checkout, 'bin'))
})

afterEach(() => rmSync(checkout, { recursive: true }))

const fakeNpm = (body: string): void => {
  writeFileSync(join(checkout, 'bin/npm'), `#!/bin/sh\necho "$*" >> npm.log\n${body}\n`)
  chmodSync(join(checkout, 'bin/npm'), 0o755)
}

const install = async (): Promise<{ code: unknown; words: string }> => {
  const child = spawn(process.execPath, [join(checkout, 'packages/toolchain/src/install/main.ts')], {
    cwd: '/',
    env: { PATH: join(checkout, 'bin') },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk))
  const code = await new Promise((resolve) => child.on('close', resolve))
  return { code, words }
}

const npmRuns = (): string[] =>
  existsSync(join(checkout, 'npm.log')) ? readFileSync(join(checkout, 'npm.log'), 'utf8').trim().split('\n') : []
const stamp = (): string => readFileSync(join(checkout, 'node_modules/.atrium-lock.json'), 'utf8')

test('npm installs what the lockfile pins, without scripts, and a stamp remembers which', async () => {
  fakeNpm('/bin/mkdir -p node_modules')
  const { code, words } = await install()
  expect({ code, runs: npmRuns().length, stamp: stamp() }).toEqual({ code: 0, runs: 1, stamp: lockText })
  expect(npmRuns()[0]).toMatch(/^install --no-save --ignore-scripts/)
  expect(words).toMatch(/installing the dependencies.*dependencies installed in \d+ s/s)
})

test('two at once: one installs, the other waits and says so', async () => {
  fakeNpm('/bin/sleep 0.5; /bin/mkdir -p node_modules')
  const both = await Promise.all([install(), install()])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(npmRuns()).toHaveLength(1)
  expect(both.map(({ words }) => words).join('')).toContain('another process is installing the dependencies')
})

test('what npm installed by itself is taken as it is', async () => {
  fakeNpm('exit 1')
  mkdirSync(join(checkout, 'node_modules'))
  writeFileSync(join(checkout, 'node_modules/.package-lock.json'), lockText)
  expect((await install()).code).toBe(0)
  expect(npmRuns()).toEqual([])
  expect(stamp()).toBe(lockText)
})

test('a failed install says so, leaves no stamp, and is tried again', async () => {
  fakeNpm('echo "npm error network" >&2; exit 1')
  const { code, words } = await install()
  expect(code).toBe(1)
  expect(words).toMatch(/npm error network.*could not be installed/s)
  expect(existsSync(join(checkout, 'node_modules/.atrium-lock.json'))).toBe(false)
  fakeNpm('/bin/mkdir -p node_modules')
  expect((await install()).code).toBe(0)
})

test('without npm it says where npm comes from', async () => {
  const { code, words } = await install()
  expect(code).toBe(1)
  expect(words).toMatch(/npm is needed.*nodejs\.org/)
})
