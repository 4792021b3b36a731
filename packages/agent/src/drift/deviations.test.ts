import type { DeviationReport } from '@atrium/api/link/protocol.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { beforeEach, expect, test } from 'vitest'
import { memoryStore } from '../testing/memory-store.ts'
import { batches, DeviationLog, type Sighting } from './deviations.ts'

let now = 0
const clock: Clock = { now: () => now, elapsed: () => now, after: () => () => undefined, sleep: async () => undefined }
let sent: DeviationReport[][] = []
let contents = new Map<string, Buffer>()
const open = () =>
  DeviationLog.open({
    store: memoryStore(contents),
    clock,
    logger: silentLogger,
    send: (items) => sent.push(items),
    redact: (text) => text.replaceAll('pa55', '[secret]'),
  })
const sighting = (state: Sighting['state'], message = 'm'): Sighting => ({
  type: 'changed',
  object: 'v1 ConfigMap a/b',
  layer: 'p/l',
  diff: [{ path: '/data/a', live: '1', desired: '2' }],
  action: 'heal',
  state,
  message,
})
beforeEach(() => {
  now = 1_000
  sent = []
  contents = new Map()
})

test('one deviation keeps its id and time from detection to resolution, and is told once per change', async () => {
  const log = await open()
  log.see('subject', sighting('open'))
  await log.flush()
  now = 5_000
  log.see('subject', sighting('open'))
  await log.flush()
  log.resolve('subject', 'fine again')
  await log.flush()
  const told = sent.flat()
  expect(told.map((one) => [one.state, one.message])).toEqual([
    ['open', 'm'],
    ['repaired', 'fine again'],
  ])
  expect(new Set(told.map((one) => one.id)).size).toBe(1)
  expect(told[1]).toMatchObject({ detectedAt: '1970-01-01T00:00:01.000Z', resolvedAt: '1970-01-01T00:00:05.000Z' })
  expect(told[1]?.diff).toHaveLength(1)
  expect(log.openIds()).toEqual([])
})

test('who contests an object is told only while that is so', async () => {
  const log = await open()
  log.see('subject', { ...sighting('failed'), contestedBy: 'flux' })
  await log.flush()
  log.see('subject', sighting('open'))
  await log.flush()
  log.see('subject', { ...sighting('failed'), contestedBy: '' })
  log.resolve('subject', 'fine again')
  await log.flush()
  expect(sent.flat().map((one) => [one.state, one.contestedBy])).toEqual([
    ['failed', 'flux'],
    ['open', undefined],
    ['repaired', undefined],
  ])
})

test('the next deviation of the same object is another one', async () => {
  const log = await open()
  log.see('subject', sighting('repaired'))
  await log.flush()
  now = 2_000
  log.see('subject', sighting('repaired'))
  await log.flush()
  expect(new Set(sent.flat().map((one) => one.id)).size).toBe(2)
})

test('open deviations survive a restart and can be resolved then', async () => {
  const log = await open()
  log.see('subject', sighting('open'))
  await log.flush()
  const again = await open()
  expect(again.subjects()).toEqual(['subject'])
  expect(again.openIds()).toEqual([sent.flat()[0]?.id])
  again.resolve('subject', 'gone meanwhile')
  await again.flush()
  expect(sent.flat().at(-1)).toMatchObject({ state: 'repaired', id: sent.flat()[0]?.id })
})

test('what is kept holds no sensitive value', async () => {
  const log = await open()
  log.see('subject', { ...sighting('open', 'was pa55'), diff: [{ path: '/a', live: { b: 'x-pa55' }, desired: null }] })
  await log.flush()
  expect([...contents.values()].join()).toContain('[secret]')
  expect([...contents.values()].join() + JSON.stringify(sent)).not.toContain('pa55')
})

test('a value that nests deeper than the link takes is told as text', async () => {
  const log = await open()
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`)
  log.see('subject', { ...sighting('open'), diff: [{ path: '/spec', live: deep, desired: { a: [1] } }] })
  await log.flush()
  expect(sent.flat()[0]?.diff).toEqual([{ path: '/spec', live: JSON.stringify(deep), desired: { a: [1] } }])
})

test('messages are bounded in number and size', () => {
  const report = (bytes: number): DeviationReport => ({
    ...sighting('open', 'x'.repeat(bytes)),
    id: 'i',
    detectedAt: 't',
    resolvedAt: null,
  })
  expect(batches([])).toEqual([])
  expect(batches(Array.from({ length: 450 }, () => report(10))).map((batch) => batch.length)).toEqual([200, 200, 50])
  const large = batches(Array.from({ length: 200 }, () => report(4_000)))
  expect(large.flat()).toHaveLength(200)
  for (const batch of large) expect(JSON.stringify(batch).length).toBeLessThan(1024 * 1024)
})
