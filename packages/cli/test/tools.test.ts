import { tmpdir } from 'node:os'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { expect, test } from 'vitest'
import { bringTools } from '../src/testing/tools.ts'

const context = {
  root: tmpdir(),
  env: process.env,
  clock: systemClock,
  say: () => undefined,
  output: 'collect' as const,
}
const program = (text: string) => ({ args: ['-e', text] })

test('tools that are brought are no problem', async () => {
  expect(await bringTools(context, program(''))).toEqual({ problem: null, interrupted: false })
})

test('tools that cannot be brought keep tests from running', async () => {
  const { problem } = await bringTools(context, program('process.exitCode = 1'))
  expect(problem).not.toBeNull()
})

test('tools that are never finished end with their limit, which says how to go on', async () => {
  const { problem } = await bringTools(context, { ...program('setInterval(() => 0, 1000)'), limitMs: 300 })
  expect(problem).toMatch(/not there after .* another run goes on/)
})
