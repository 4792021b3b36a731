import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ArchiveCache } from './archive-cache.ts'

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
let folder: string
let clock: ManualClock
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atrium-archives-'))
  clock = new ManualClock()
})
afterEach(() => rm(folder, { recursive: true }))

test('keeps an archive for the next process, and forgets one that was damaged', async () => {
  await new ArchiveCache(folder, clock).put(digest('a'), Buffer.from('content'))
  const again = new ArchiveCache(folder, clock)
  expect((await again.get(digest('a')))?.toString()).toBe('content')
  const [name = ''] = await readdir(folder)
  await writeFile(join(folder, name), 'cont')
  expect(await again.get(digest('a'))).toBeNull()
  expect(await readdir(folder)).toEqual([])
})

test('the archive longest unused makes room', async () => {
  const cache = new ArchiveCache(folder, clock, 10)
  for (const letter of ['a', 'b']) {
    await cache.put(digest(letter), Buffer.from('12345'))
    await clock.advance(5000)
    await cache.get(digest(letter))
  }
  await clock.advance(5000)
  await cache.get(digest('a'))
  await cache.put(digest('c'), Buffer.from('12345'))
  const kept = await Promise.all(['a', 'b', 'c'].map(async (letter) => (await cache.get(digest(letter))) !== null))
  expect(kept).toEqual([true, false, true])
  await cache.put(digest('d'), Buffer.from('more than fits'))
  expect(await cache.get(digest('d'))).toBeNull()
})
