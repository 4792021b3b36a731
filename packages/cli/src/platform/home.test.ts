import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { platformHome } from '@atrium/toolchain/platform.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureHome } from './home.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-home-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('is made with the folders above it, for its user alone', () => {
  const home = join(folder, 'a b', 'home')
  ensureHome(platformHome(home))
  ensureHome(platformHome(home))
  expect(statSync(home).mode & 0o777).toBe(0o700)
})

test.each([
  ['file', 'a file'],
  ['file/below', 'a path below a file'],
])('%s: is refused', (path) => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => ensureHome(platformHome(join(folder, path)))).toThrow(
    `The home folder ${join(folder, path)} cannot be used: ${join(folder, 'file')} is no folder. Choose another: --home DIR`,
  )
})

test('where no folder can be made, says so at once', () => {
  expect(() => ensureHome(platformHome('/proc/atrium/home'))).toThrow(
    'The home folder /proc/atrium/home cannot be used: ',
  )
})

test('among files of somebody else is fine, but not where one of its own names is taken', () => {
  writeFileSync(join(folder, 'letter.txt'), '')
  ensureHome(platformHome(folder))
  mkdirSync(join(folder, 'logs'))
  expect(() => ensureHome(platformHome(folder))).toThrow(`${join(folder, 'logs')} is there already`)
})
