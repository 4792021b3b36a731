import type { DesiredLayer, DesiredState } from '@atrium/api/link/desired-state.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { memoryStore } from '../testing/memory-store.ts'
import { UpgradeError } from './chart-unit.ts'
import { LayerEngine } from './engine.ts'
import { type LayerRecord, layerKey, newRecord, RecordStore } from './records.ts'

const layer = (name: string, version = '1', more: Partial<DesiredLayer> = {}): DesiredLayer => ({
  ...{ id: `p/${name}`, name, profileUid: 'u', packUid: 'u', version, kind: 'addon', priority: 0 },
  ...{ valuesDigest: `sha256:${version.padEnd(64, '0')}`, manifests: [], namespace: 'default' },
  ...more,
})
const state = (generation: number, layers: DesiredLayer[]): DesiredState => ({
  ...{ clusterUid: 'c', clusterName: 'n', epoch: 1, generation, kubernetesVersion: '1', layers },
  policy: { drift: 'heal', nodes: 'heal' },
})

/** An engine over records in memory; `broken` layers cannot be installed, `stuck` ones cannot be removed. */
class World {
  readonly clock = new ManualClock()
  readonly broken = new Set<string>()
  readonly stuck = new Set<string>()
  readonly unready = new Set<string>()
  /** Layers whose objects the API server does not show. */
  readonly hanging = new Set<string>()
  /** Layers in the order in which they were looked at. */
  readonly looked: string[] = []
  /** What was done, with the moment in seconds. */
  readonly done: string[] = []
  readonly completed: number[] = []
  desired: DesiredState | null = null
  /** How often the engine asked what is wanted: some times in each pass. */
  looks = 0
  engine!: LayerEngine
  records!: RecordStore

  async start(): Promise<void> {
    this.records = await RecordStore.open(memoryStore())
    const began = this.clock.now()
    const note = (what: string): void => void this.done.push(`${what} at ${(this.clock.now() - began) / 1000}`)
    this.engine = new LayerEngine({
      records: this.records,
      installer: {
        install: async (wanted, order) => {
          note(`install ${wanted.name} ${wanted.version}`)
          if (this.broken.has(`${wanted.name} ${wanted.version}`)) throw new UpgradeError('no', null, true)
          const record = this.records.get(wanted.id) ?? newRecord(wanted, order)
          await this.records.save({ ...record, key: layerKey(wanted), attempted: null })
          return []
        },
        remove: async (record) => {
          note(`remove ${record.name}`)
          if (this.stuck.has(record.name)) throw new Error('held')
          await this.records.delete(record.id)
          return []
        },
      },
      health: {
        get: (record) => record && { ready: !this.unready.has(record.name), message: 'm', since: 's' },
        forget: () => undefined,
        refresh: (record, signal) => {
          this.looked.push(record.name)
          if (!this.hanging.has(record.name)) return Promise.resolve(false)
          return new Promise((resolve) => signal.addEventListener('abort', () => resolve(false)))
        },
      },
      clock: this.clock,
      logger: silentLogger,
      desired: () => {
        this.looks++
        return this.desired
      },
      onProgress: () => undefined,
      onComplete: async ({ generation }) => void this.completed.push(generation),
      onRemaining: () => undefined,
    })
    this.engine.start()
  }

  async want(...layers: DesiredLayer[]): Promise<void> {
    this.desired = state((this.desired?.generation ?? 0) + 1, layers)
    this.engine.wake()
    await this.clock.advance(1)
  }

  /** Passes within this time, when nothing happens that calls for one. */
  async looksWithin(ms: number): Promise<number> {
    const before = this.looks
    await this.clock.advance(ms)
    return this.looks - before
  }
}

/** Looks of an engine that has nothing to do, within a minute; one that is busy has thousands. */
const CALM = 50

let world: World
beforeEach(async () => {
  world = new World()
  await world.start()
})
afterEach(async () => {
  const stopped = world.engine.stop()
  await world.clock.advance(1)
  await stopped
})
const known = (): string[] => world.records.all().map((record: LayerRecord) => record.name)

test('a layer that failed before it left anything, and is no longer wanted, is forgotten', async () => {
  world.broken.add('web 1')
  await world.want(layer('web'))
  await world.want()
  await world.clock.advance(60_000)
  expect(known()).toEqual([])
  expect(await world.looksWithin(60_000)).toBeLessThan(CALM)
})

test('an upgrade that failed and was taken back is forgotten', async () => {
  await world.want(layer('web'))
  world.broken.add('web 2')
  await world.want(layer('web', '2'))
  await world.want(layer('web'))
  await world.clock.advance(60_000)
  expect(world.done).toHaveLength(2)
  expect(await world.looksWithin(60_000)).toBeLessThan(CALM)
})

test('a layer that failed and now waits for an earlier stage does not keep the engine busy', async () => {
  world.broken.add('web 1')
  await world.want(layer('web'))
  world.unready.add('net')
  await world.want(layer('net', '1', { kind: 'cni' }), layer('web'))
  await world.clock.advance(60_000)
  expect(await world.looksWithin(60_000)).toBeLessThan(CALM)
})

test('completion is told once for each desired state', async () => {
  await world.want(layer('web'))
  await world.clock.advance(120_000)
  await world.want(layer('web'))
  await world.clock.advance(120_000)
  expect(world.completed).toEqual([1, 2])
})

test('a layer that could not be upgraded is removed at once when it is no longer wanted, and retries of a removal slow down', async () => {
  await world.want(layer('web'))
  world.broken.add('web 2')
  await world.want(layer('web', '2'))
  world.stuck.add('web')
  await world.want()
  expect(world.done.at(-1)).toBe('remove web at 0.002')
  expect(world.engine.removals()).toEqual([{ layer: 'p/web', problem: 'held' }])
  await world.clock.advance(7_000)
  expect(world.done.filter((line) => line.startsWith('remove'))).toHaveLength(3)
  world.stuck.clear()
  await world.clock.advance(60_000)
  expect([known(), world.engine.removals()]).toEqual([[], []])
})

test('a layer that cannot be looked at holds no other one, and is not looked at twice at a time', async () => {
  await world.want(layer('web'), layer('net'))
  world.hanging.add('web')
  world.unready.add('web')
  world.unready.add('net')
  await world.clock.advance(10_000)
  world.looked.length = 0
  await world.clock.advance(10_000)
  expect(world.looked.length).toBeGreaterThan(5)
  expect(new Set(world.looked)).toEqual(new Set(['net']))
})
