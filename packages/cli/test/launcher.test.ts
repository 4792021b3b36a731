import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const repository = resolve(import.meta.dirname, '../../..')
let folder: string
let checkout: string
let bin: string

const script = (path: string, body: string): void => {
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
}

/** A `node` that tells `version`, and what it was started with. */
const fakeNode = (version: string): string =>
  `[ "$1" = --version ] && { echo v${version}; exit; }; echo "${version} runs: $*"`

/** An `npm` that installs a Node of this version, slowly enough for two to meet. */
const fakeNpm = (version: string): void =>
  script(
    join(bin, 'npm'),
    `for last; do :; done
echo "npm $*" >> '${folder}/npm.log'
/bin/sleep 0.2
mkdir -p "node_modules/\${last%@*}/bin"
cp '${folder}/node-${version}' "node_modules/\${last%@*}/bin/node"`,
  )

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium launcher '))
  checkout = join(folder, 'a check out')
  bin = join(folder, 'bin')
  mkdirSync(bin)
  // Everything the launcher uses but node and npm, wherever this machine has them.
  for (const tool of ['dirname', 'readlink', 'sed', 'cmp', 'uname', 'mkdir', 'mktemp', 'mv', 'rm', 'chmod', 'cp'])
    symlinkSync(execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(bin, tool))
  mkdirSync(join(checkout, 'node_modules'), { recursive: true })
  copyFileSync(join(repository, 'atrium'), join(checkout, 'atrium'))
  writeFileSync(join(checkout, 'package-lock.json'), '{}')
  writeFileSync(join(checkout, 'node_modules/.atrium-lock.json'), '{}')
  script(join(folder, 'node-24.21.0'), fakeNode('24.21.0'))
  script(join(folder, 'node-broken'), 'exit 127')
})

afterEach(() => rmSync(folder, { recursive: true }))

const launch = (args: string[], options: { from?: string; launcher?: string; env?: NodeJS.ProcessEnv } = {}) =>
  spawnSync(options.launcher ?? join(checkout, 'atrium'), args, {
    cwd: options.from ?? '/',
    env: options.env ?? { PATH: bin, HOME: folder },
    encoding: 'utf8',
  })

const started = (version: string, rest: string): string =>
  `${version} runs: ${checkout}/packages/cli/src/main.ts ${rest}\n`

test('a fitting node on PATH runs the command line, from any folder and through symlinks', () => {
  script(join(bin, 'node'), fakeNode('24.10.0'))
  expect(launch(['up', '--json']).stdout).toBe(started('24.10.0', 'up --json'))
  symlinkSync(join(checkout, 'atrium'), join(folder, 'absolute'))
  symlinkSync('absolute', join(folder, 'relative link'))
  const result = launch(['x'], { from: folder, launcher: './relative link' })
  expect(result.stdout).toBe(started('24.10.0', 'x'))
  expect(result.stderr).toBe('')
})

test.each(['25.0.0', '24.11.3', '100.1.0'])('node %s fits', (version) => {
  script(join(bin, 'node'), fakeNode(version))
  expect(launch(['x']).stdout).toBe(started(version, 'x'))
})

test.each([
  ['20.20.2', 'Node 20.20.2 on PATH is too old'],
  ['24.9.0', 'Node 24.9.0 on PATH is too old'],
  [null, 'there is no Node on PATH'],
])('instead of node %s, Node 24 is installed from npm once, and used from then on', (version, words) => {
  if (version !== null) script(join(bin, 'node'), fakeNode(version))
  fakeNpm('24.21.0')
  const first = launch(['x'])
  expect(first.stderr).toContain(words)
  expect(first.stderr).toMatch(/installing node-\S+ [\d.]+ from npm into .*\.cache\/atrium\/node \(about 45 MB, once/)
  expect(first.stdout).toBe(started('24.21.0', 'x'))
  const second = launch(['y'])
  expect([second.stderr, second.stdout]).toEqual(['', started('24.21.0', 'y')])
  expect(readFileSync(join(folder, 'npm.log'), 'utf8').trim().split('\n')).toHaveLength(1)
  expect(readdirSync(join(folder, '.cache/atrium/node'))).toEqual(['24.21.0'])
})

test('two that install Node at once both get it, and leave nothing else', () => {
  fakeNpm('24.21.0')
  const both = `'${checkout}/atrium' a & '${checkout}/atrium' b & wait`
  const { stdout } = spawnSync('/bin/sh', ['-c', both], { env: { PATH: bin, HOME: folder }, encoding: 'utf8' })
  expect(stdout.split('\n').sort().join('\n')).toBe(`\n${started('24.21.0', 'a')}${started('24.21.0', 'b')}`.trimEnd())
  expect(readdirSync(join(folder, '.cache/atrium/node'))).toEqual(['24.21.0'])
  expect(readdirSync(join(folder, '.cache/atrium/node/24.21.0')).sort()).toEqual(['node_modules', 'package.json'])
})

test('without node and npm it says how to get them', () => {
  const result = launch(['x'])
  expect(result.status).toBe(1)
  expect(result.stderr).toMatch(/no Node on PATH.*npm is not here either.*nodejs\.org/)
})

test('a Node from npm that does not run here is not kept', () => {
  fakeNpm('broken')
  const result = launch(['x'])
  expect(result.status).toBe(1)
  expect(result.stderr).toMatch(/does not run on this machine/)
  expect(readdirSync(join(folder, '.cache/atrium/node'))).toEqual([])
})

test('dependencies that do not belong to the lockfile are installed first', () => {
  script(join(bin, 'node'), fakeNode('24.21.0'))
  writeFileSync(join(checkout, 'package-lock.json'), '{"new":1}')
  expect(launch(['x']).stdout).toBe(
    `24.21.0 runs: ${checkout}/packages/toolchain/src/install/main.ts\n${started('24.21.0', 'x')}`,
  )
})

test('without HOME it says what it needs; ATRIUM_CACHE is enough', () => {
  expect(launch(['x'], { env: { PATH: bin } }).stderr).toMatch(/HOME is not set/)
  fakeNpm('24.21.0')
  const cache = join(folder, 'my cache')
  expect(launch(['x'], { env: { PATH: bin, ATRIUM_CACHE: cache } }).stdout).toBe(started('24.21.0', 'x'))
  expect(existsSync(join(cache, 'node/24.21.0'))).toBe(true)
})
