import assert from 'node:assert/strict'
import { ProviderError } from '../provider.ts'
import { CrashPoints, Driver, desiredOf, SimulatedCrash } from './harness.ts'
import type { ContractCase } from './suite.ts'

/** Rules about whole clusters. Each case makes its own, and removes it. */
export const lifeCycleCases: ContractCase[] = [
  {
    name: 'what does not exist is observed as nothing and needs no deletion',
    async run({ harness }) {
      const identity = harness.newIdentity()
      const observed = await new Driver(harness, identity).observe()
      assert.equal(observed.exists, false)
      assert.deepEqual([observed.machines, observed.resources, observed.endpoint], [[], [], null])
      assert.deepEqual(harness.provider.planDeletion(identity, observed), [])
      assert.equal(await harness.provider.kubeconfig(identity, harness.account), null)
    },
  },
  {
    name: 'a cluster is created and removed with crashes at each step, and nothing remains or comes back',
    async run({ harness }) {
      const driver = new Driver(harness, harness.newIdentity())
      const desired = desiredOf(harness, driver.identity, 1)
      const observed = await withCrashes(driver, harness.isSlow, () => driver.converge(desired))
      assert.ok(observed.endpoint)
      assert.equal(observed.machines.length, 2)
      assert.ok(observed.resources.length >= 3, 'the inventory names the control plane and the machines')
      const kubeconfig = await harness.provider.kubeconfig(driver.identity, harness.account)
      assert.ok(kubeconfig)
      assert.ok(!String(kubeconfig).includes('server'), 'a kubeconfig does not print')
      const created = [...driver.applied]
      await withCrashes(driver, harness.isSlow, () => driver.remove())
      assert.equal(await harness.machinesInCloud(driver.identity), null)
      for (const operation of created) await refusedOrWithoutEffect(() => driver.apply(operation))
      assert.equal(await harness.machinesInCloud(driver.identity), null, 'a late repetition brings nothing back')
      assert.equal((await driver.observe()).exists, false)
    },
  },
  {
    name: 'what a person must correct is told as such',
    async run({ harness }) {
      const driver = new Driver(harness, harness.newIdentity())
      const infrastructure = { kubernetesVersion: '0.0.1' }
      const desired = desiredOf(harness, driver.identity, 1, { infrastructure })
      const error: unknown = await driver.converge(desired).catch((reason: unknown) => reason)
      assert.ok(error instanceof ProviderError, String(error))
      assert.equal(error.reaction, 'user')
      assert.notEqual(error.nextStep, '')
      assert.equal(await harness.machinesInCloud(driver.identity), null)
    },
  },
]

/** With crashes at every point, or at the first few where each try is slow. */
export const withCrashes = async <T>(driver: Driver, isSlow: boolean, work: () => Promise<T>): Promise<T> => {
  for (let crashAt = 1; ; crashAt += 1) {
    driver.journal.crashes = new CrashPoints(isSlow && crashAt > 8 ? undefined : crashAt)
    try {
      const result = await work()
      driver.journal.crashes = new CrashPoints()
      return result
    } catch (error) {
      if (!(error instanceof SimulatedCrash)) throw error
    }
  }
}

const refusedOrWithoutEffect = async (call: () => Promise<unknown>): Promise<void> => {
  try {
    await call()
  } catch (error) {
    assert.ok(error instanceof ProviderError, String(error))
  }
}
