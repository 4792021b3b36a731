import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, test } from 'vitest'
import type { Lane } from './areas.ts'
import { type RunContext, runSteps, type Step } from './steps.ts'
import { none } from './totals.ts'

const at = (context: RunContext, name: string, lane?: Lane, ends: Partial<Step> = {}): Step => ({
  name,
  needsTools: false,
  limitMs: 60_000,
  ...(lane === undefined ? {} : { lane }),
  run: async ({ say }) => {
    context.say(`${name} begins`)
    await new Promise((resolve) => setImmediate(resolve))
    say(`${name} says`)
    return { ...none, passed: 1 }
  },
  ...ends,
})

const told: string[] = []
const context: RunContext = {
  ...{ root: '/', env: {}, output: 'inherit', clock: new ManualClock() },
  say: (line) => void told.push(...line.split('\n').filter((text) => text !== '')),
}
const noTools = async () => ({ problem: null, interrupted: false })
const inTurn = (...lines: string[]): string[] => told.filter((line) => lines.includes(line))

test('lanes run beside each other, whatever has none alone; what a second lane says stands together', async () => {
  told.length = 0
  const steps = [
    at(context, 'quick'),
    at(context, 'a1', 'packages'),
    at(context, 'a2', 'packages'),
    at(context, 'b1', 'product'),
    at(context, 'last'),
  ]
  expect(await runSteps(steps, context, noTools)).toEqual({ ...none, passed: 5 })
  expect(told[0]).toBe('This run ends within 4 minutes.')
  expect(inTurn('quick says', 'a1 begins', 'b1 begins', 'a1 says')).toEqual([
    ...['quick says', 'a1 begins', 'b1 begins', 'a1 says'],
  ])
  expect(inTurn('a1 says', 'a2 begins')).toEqual(['a1 says', 'a2 begins'])
  expect(told[told.indexOf('b1 says') - 1]).toBe('== b1')
  expect(told.indexOf('last begins')).toBeGreaterThan(told.indexOf('a2 says'))
})

test('tools are brought once; whatever needs them fails where they cannot be had', async () => {
  told.length = 0
  let times = 0
  const bring = async () => ({ problem: `none after ${(times += 1)}`, interrupted: false })
  const steps = [
    at(context, 'a', 'packages', { needsTools: true }),
    at(context, 'b', 'product', { needsTools: true }),
    at(context, 'c'),
  ]
  expect(await runSteps(steps, context, bring)).toEqual({ ...none, passed: 1, failed: 2 })
  expect(told.filter((line) => line.startsWith('not run'))).toEqual(
    Array(2).fill('not run, for want of tools: none after 1'),
  )
})

test('nothing begins any more after an interruption, in no lane', async () => {
  told.length = 0
  const run = async () => ({ ...none, passed: 1, interrupted: true })
  const steps = [
    at(context, 'a1', 'packages', { run }),
    at(context, 'a2', 'packages'),
    at(context, 'b1', 'product'),
    at(context, 'b2', 'product'),
    at(context, 'last'),
  ]
  expect(await runSteps(steps, context, noTools)).toEqual({ ...none, passed: 2, failed: 1 })
  expect(inTurn('a2 begins', 'b1 begins', 'b2 begins', 'last begins')).toEqual(['b1 begins'])
  expect(told.at(-1)).toBe('interrupted')
})
