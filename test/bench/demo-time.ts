/**
 * From the request of the demo cluster to `Running` and `Healthy`, and how long the platform takes to answer, three times
 * in homes of their own. Binaries are at hand; profiles, account and cluster are made within the time.
 * Run: `node test/bench/demo-time.ts`.
 */
import { followCluster, hasFailed, isServing } from '@atrium/cli/clusters/follow.ts'
import { ensureDemo } from '@atrium/cli/demo/create.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { openPlatform, type TestPlatform } from '../e2e/harness/platform.ts'
import { report } from './support/report.ts'

const RUNS = 3

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const beganMs = performance.now()
  await work()
  return (performance.now() - beganMs) / 1000
}

async function provision(platform: TestPlatform): Promise<void> {
  const cluster = await ensureDemo(platform.client(), platform.home)
  const last = await followCluster(platform.client(), cluster?.uid ?? '', {
    clock: systemClock,
    until: (progress) => isServing(progress) || hasFailed(progress),
    tell: () => undefined,
  })
  if (last === null || !isServing(last)) throw new Error(`the demo failed: ${last?.waitingFor}`)
}

const firstStart: number[] = []
const demo: number[] = []
const secondStart: number[] = []
for (let run = 0; run < RUNS; run += 1) {
  const platform = await openPlatform()
  try {
    firstStart.push(await seconds(() => platform.up('--no-demo')))
    demo.push(await seconds(() => provision(platform)))
    await platform.atrium('down')
    secondStart.push(await seconds(() => platform.up('--no-demo')))
  } finally {
    await platform.close()
  }
}
report('Demo on provider local', [
  { name: 'first start of the platform', runs: firstStart, unit: 's' },
  { name: 'demo: request to Running and Healthy', runs: demo, unit: 's', atMost: 40 },
  { name: 'second start of the platform', runs: secondStart, unit: 's' },
])
