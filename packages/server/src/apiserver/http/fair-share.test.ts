import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { beforeEach, expect, test } from 'vitest'
import { FairShare } from './fair-share.ts'

let clock: ManualClock
let shares: FairShare
/** What runs, in the order it began; each with the way to end it. */
let running: { name: string; end: () => void }[]
beforeEach(() => {
  clock = new ManualClock()
  shares = new FairShare(clock, { atOnce: 4, presentMs: 2_000, holdMs: 5_000, waiting: 3 })
  running = []
})

const ask = (tenant: string, name = tenant): Promise<void> =>
  shares.enter(tenant).then((end) => void running.push({ name, end }))
const names = async (): Promise<string[]> => {
  await clock.advance(0)
  return running.map(({ name }) => name)
}
const end = (name: string): void =>
  running
    .splice(
      running.findIndex((one) => one.name === name),
      1,
    )[0]
    ?.end()

test('a tenant that is alone has all there is, and no more', async () => {
  for (const name of ['1', '2', '3', '4', '5']) void ask('a', name)
  expect(await names()).toEqual(['1', '2', '3', '4'])
  end('2')
  expect(await names()).toEqual(['1', '3', '4', '5'])
})

test('whoever asks while another floods is served next, and from then on each has its part', async () => {
  for (const name of ['1', '2', '3', '4', '5', '6', '7']) void ask('flood', name)
  void ask('b', 'b1')
  void ask('b', 'b2')
  expect(await names()).toEqual(['1', '2', '3', '4'])
  end('1')
  expect(await names()).toEqual(['2', '3', '4', 'b1'])
  end('2')
  expect(await names()).toEqual(['3', '4', 'b1', 'b2'])
  end('3')
  expect(await names()).toEqual(['4', 'b1', 'b2', '5'])
  end('b1')
  end('b2')
  // Its part waits for the next request of it, until it has not asked for a while.
  expect(await names()).toEqual(['4', '5'])
  await clock.advance(2_001)
  end('4')
  expect(await names()).toEqual(['5', '6', '7'])
})

test('more tenants than there is room for take turns', async () => {
  for (const tenant of ['a', 'b', 'c', 'd', 'e', 'f']) for (const turn of ['1', '2']) void ask(tenant, tenant + turn)
  expect(await names()).toEqual(['a1', 'a2', 'b1', 'b2'])
  end('a1')
  end('a2')
  expect(await names()).toEqual(['b1', 'b2', 'c1', 'd1'])
  end('b1')
  end('b2')
  expect(await names()).toEqual(['c1', 'd1', 'e1', 'f1'])
})

test('a request that waits for something else keeps nobody out, also when it ends at last', async () => {
  for (const name of ['1', '2', '3', '4', '5', '6']) void ask('a', name)
  await clock.advance(5_000)
  expect(await names()).toEqual(['1', '2', '3', '4', '5', '6'])
  for (const name of ['1', '2', '3', '4']) end(name)
  for (const name of ['7', '8', '9']) void ask('a', name)
  expect(await names()).toEqual(['5', '6', '7', '8'])
})

test('a tenant whose requests wait in a long line is told so, and others are not', async () => {
  for (const name of ['1', '2', '3', '4', '5', '6', '7']) void ask('a', name)
  await expect(ask('a')).rejects.toMatchObject({ code: 'TooManyRequests' })
  void ask('b')
  end('1')
  expect(await names()).toContain('b')
  end('2')
  end('3')
  expect(await names()).toEqual(['4', 'b', '5'])
  void ask('a', '8')
  end('4')
  end('5')
  expect(await names()).toEqual(['b', '6', '7'])
})
