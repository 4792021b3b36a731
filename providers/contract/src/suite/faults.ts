import assert from 'node:assert/strict'
import type { DesiredInfrastructure } from '../provider.ts'
import { type ContractHarness, CrashPoints, type Driver, desiredOf, present, SimulatedCrash } from './harness.ts'
import type { ContractCase } from './suite.ts'

/** Runs `work` again and again, crashing one point later each time, until it gets through without a crash. */
const crashEverywhere = async (driver: Driver, work: (attempt: number) => Promise<unknown>): Promise<void> => {
  for (let crashAt = 1; ; crashAt += 1) {
    const points = new CrashPoints(crashAt)
    driver.journal.crashes = points
    try {
      await work(crashAt)
      driver.journal.crashes = new CrashPoints()
      // A way without a point where it can crash would prove nothing.
      assert.ok(crashAt > 2 || points.passed > 0)
      return
    } catch (error) {
      if (!(error instanceof SimulatedCrash)) throw error
    }
  }
}

const exactly = async (harness: ContractHarness, driver: Driver, desired: DesiredInfrastructure): Promise<void> => {
  const observed = await driver.converge(desired)
  const wanted = desired.pools.reduce((sum, pool) => sum + pool.size, 0)
  assert.equal(observed.machines.length, wanted)
  assert.equal((await harness.machinesInCloud(driver.identity))?.length, wanted, 'nothing doubled or orphaned')
}

/** Rules about crashes, repetitions and bad networks. Each case leaves two workers behind. */
export const faultCases: ContractCase[] = [
  {
    name: 'after a crash at each step nothing is lost, doubled or orphaned',
    async run({ harness, driver }) {
      const two = desiredOf(harness, driver.identity, 2)
      await driver.converge(two)
      const four = desiredOf(harness, driver.identity, 4)
      await crashEverywhere(driver, () => driver.converge(four))
      await exactly(harness, driver, four)
      await crashEverywhere(driver, () => driver.converge(two))
      await exactly(harness, driver, two)
    },
  },
  {
    name: 'every operation may be applied twice, at once or late',
    async run({ harness, driver }) {
      const two = desiredOf(harness, driver.identity, 2)
      await driver.converge(two)
      const from = driver.applied.length
      const three = desiredOf(harness, driver.identity, 3)
      const steps = harness.provider.plan(three, await driver.observe())
      for (const step of steps) await Promise.all([driver.apply(step), driver.apply(step)])
      await exactly(harness, driver, three)
      await driver.converge(two)
      for (const step of driver.applied.slice(from)) await driver.apply(step)
      await exactly(harness, driver, two)
    },
  },
  {
    name: 'lost replies double nothing',
    needs: ({ faults }) => faults.loseReplies !== undefined,
    async run({ harness, driver }) {
      await driver.converge(desiredOf(harness, driver.identity, 2))
      const four = desiredOf(harness, driver.identity, 4)
      harness.faults.loseReplies?.(5)
      await driver.converge(four)
      await exactly(harness, driver, four)
      harness.faults.loseReplies?.(5)
      await exactly(harness, driver, desiredOf(harness, driver.identity, 2))
    },
  },
  {
    name: 'throttling only delays',
    needs: ({ faults }) => faults.throttle !== undefined,
    async run({ harness, driver }) {
      await driver.converge(desiredOf(harness, driver.identity, 2))
      harness.faults.throttle?.(6)
      await exactly(harness, driver, desiredOf(harness, driver.identity, 3))
      harness.faults.throttle?.(6)
      await exactly(harness, driver, desiredOf(harness, driver.identity, 2))
    },
  },
  {
    name: 'what shows late is not made again',
    needs: ({ faults }) => faults.delayVisibility !== undefined,
    async run({ harness, driver }) {
      await driver.converge(desiredOf(harness, driver.identity, 2))
      harness.faults.delayVisibility?.(500)
      await driver.converge(desiredOf(harness, driver.identity, 4))
      const back = await driver.converge(desiredOf(harness, driver.identity, 2))
      harness.faults.delayVisibility?.(0)
      assert.equal(present(back).length, 2)
      await exactly(harness, driver, desiredOf(harness, driver.identity, 2))
    },
  },
  {
    name: 'a full quota only delays',
    needs: ({ faults }) => faults.exhaustQuota !== undefined,
    async run({ harness, driver }) {
      await driver.converge(desiredOf(harness, driver.identity, 2))
      harness.faults.exhaustQuota?.(6)
      await exactly(harness, driver, desiredOf(harness, driver.identity, 4))
      await exactly(harness, driver, desiredOf(harness, driver.identity, 2))
    },
  },
  {
    name: 'what goes slowly is waited for, and not made up for',
    needs: ({ faults }) => faults.slowDeletes !== undefined,
    async run({ harness, driver }) {
      await driver.converge(desiredOf(harness, driver.identity, 4))
      harness.faults.slowDeletes?.(1_000)
      await exactly(harness, driver, desiredOf(harness, driver.identity, 2))
      harness.faults.slowDeletes?.(0)
    },
  },
  {
    name: 'a caller that dies within a call doubles and orphans nothing',
    needs: ({ faults }) => faults.crashAt !== undefined,
    async run({ harness, driver }) {
      const [two, four] = [2, 4].map((size) => desiredOf(harness, driver.identity, size)) as [
        DesiredInfrastructure,
        DesiredInfrastructure,
      ]
      await driver.converge(two)
      for (const when of ['before', 'after'] as const) {
        harness.faults.crashAt?.('create', when)
        await assert.rejects(driver.converge(four), SimulatedCrash)
        await exactly(harness, driver, four)
        harness.faults.crashAt?.('delete', when)
        await assert.rejects(driver.converge(two), SimulatedCrash)
        await exactly(harness, driver, two)
      }
    },
  },
]
