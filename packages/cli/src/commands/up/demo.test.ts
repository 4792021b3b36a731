import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { platformHome } from '@atrium/toolchain/platform.ts'
import { expect, test } from 'vitest'
import { type DemoState, untilSettled } from './demo.ts'
import { nextSteps } from './next-steps.ts'

const serving: DemoState = {
  ...{ uid: 'u1', name: 'demo', state: 'Running', health: 'Healthy', worker: 'demo-workers-7' },
  ...{ waitingFor: '', isStalled: false, layersReady: 6, layers: 6 },
}
const unwell: DemoState = { ...serving, health: 'UnHealthy', waitingFor: 'demo-workers-0 is gone', worker: null }

test.each([
  ['it serves', serving, true],
  ['it failed', { ...unwell, state: 'Failed', isStalled: true }, true],
  ['it is being deleted', { ...unwell, state: 'Deleting' }, true],
  ['it ran before and waits for a person', { ...unwell, isStalled: true }, true],
  ['it ran before and may come back', unwell, false],
  ['it is provisioned for the first time', { ...unwell, state: 'Provisioning', isStalled: true }, false],
])('up waits no longer when %s: %s', (_, progress, enough) => {
  expect(untilSettled(new ManualClock())(progress)).toBe(enough)
})

test('up waits for a cluster that ran before for a bounded time, and to the end of a first provisioning', async () => {
  const clock = new ManualClock()
  const enough = untilSettled(clock)
  const provisioning = { ...unwell, state: 'Provisioning' }
  await clock.advance(3_600_000)
  expect(enough(provisioning)).toBe(false)
  expect(enough(unwell)).toBe(false)
  await clock.advance(44_000)
  expect(enough(unwell)).toBe(false)
  await clock.advance(1000)
  expect(enough(unwell)).toBe(true)
})

const told = (demo: DemoState | null): string => {
  const record = { pid: 1, url: 'https://localhost:1', caFile: '/ca', registryUrl: '', startedAt: '' }
  const project = { name: 'Default', uid: 'p' }
  const credentials = { tenant: 't', adminEmail: 'a@b', adminPassword: 'secret', apiKey: 'key', project }
  return nextSteps({ record, home: platformHome('/srv/atrium'), credentials }, demo)
}

test('what to try next names a machine that exists, and nothing that needs a cluster which does not serve', () => {
  expect(told(serving)).toContain('local machine stop demo demo-workers-7')
  expect(told({ ...serving, worker: null })).not.toContain('machine stop')
  expect(told(unwell)).toContain("Cluster 'demo' is Running, but UnHealthy: demo-workers-0 is gone\n")
  expect(told({ ...unwell, state: 'Deleting' })).toContain("Cluster 'demo' is Deleting: ")
  for (const demo of [unwell, { ...unwell, state: 'Deleting' }, null])
    expect(told(demo)).not.toMatch(/Running and Healthy|kubectl/)
})
