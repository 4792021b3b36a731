import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type MemoryStore, memoryStore } from '../testing/memory-store.ts'
import { DesiredStore } from './desired-store.ts'

const state = (epoch: number, generation: number): DesiredState => ({
  clusterUid: 'c',
  clusterName: 'n',
  epoch,
  generation,
  kubernetesVersion: '1',
  layers: [],
  policy: { drift: 'heal', nodes: 'heal' },
})

let dir: string
let cluster: MemoryStore
const open = () => DesiredStore.open({ path: join(dir, 'desired.json'), cluster, logger: silentLogger })
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'atrium-desired-'))
  cluster = memoryStore()
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('keeps the newest by epoch, then generation, and ignores what is not newer', async () => {
  const store = await open()
  expect(await store.accept(state(1, 5))).toBe(true)
  expect(await store.accept(state(1, 5))).toBe(false)
  expect(await store.accept(state(1, 4))).toBe(false)
  expect(await store.accept(state(2, 1))).toBe(true)
  expect(await store.accept(state(1, 99))).toBe(false)
  await store.markApplied(state(2, 1))
  const again = await open()
  expect(again.current).toEqual(state(2, 1))
  expect(again.applied).toEqual({ epoch: 2, generation: 1 })
})

test('former lists of sensitive values are remembered, also by the next process', async () => {
  const store = await open()
  const naming = (generation: number, sensitive: string) => ({ ...state(1, generation), sensitive })
  for (const [index, list] of ['a', 'b', 'b', 'a'].entries()) await store.accept(naming(index + 1, list))
  await store.accept(state(1, 9))
  expect((await open()).formerSensitive.sort()).toEqual(['a', 'b'])
  for (let index = 10; index < 50; index++) await store.accept(naming(index, String(index)))
  expect((await open()).formerSensitive).toHaveLength(16)
})

test('what arrives while something is marked as applied is kept with it', async () => {
  const store = await open()
  await store.accept(state(1, 1))
  await Promise.all([store.accept(state(1, 2)), store.markApplied(state(1, 1)), store.accept(state(1, 3))])
  for (const lost of ['disk', 'cluster']) {
    if (lost === 'cluster') cluster.contents.clear()
    const again = await open()
    expect([again.current?.generation, again.applied?.generation]).toEqual([3, 1])
  }
})

test('either copy suffices, the newer one wins, and a torn one is no obstacle', async () => {
  const store = await open()
  await store.accept(state(1, 1))
  cluster.broken = true
  await store.accept(state(1, 2))
  expect((await open()).current?.generation).toBe(2)
  await writeFile(join(dir, 'desired.json'), '{"desired": {"epoch"')
  expect((await open()).current?.generation).toBe(1)
  await rm(join(dir, 'desired.json'))
  expect((await open()).current?.generation).toBe(1)
})
