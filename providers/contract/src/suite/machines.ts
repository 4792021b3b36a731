import assert from 'node:assert/strict'
import { desiredOf, present } from './harness.ts'
import type { ContractCase } from './suite.ts'

/** Rules about the machines of a running cluster. Each case leaves two workers behind. */
export const machineCases: ContractCase[] = [
  {
    name: 'scaling adds and removes machines and leaves the others alone',
    async run({ harness, driver }) {
      const before = await driver.converge(desiredOf(harness, driver.identity, 2))
      const larger = await driver.converge(desiredOf(harness, driver.identity, 4))
      assert.equal(present(larger).length, 4)
      for (const name of present(before)) assert.ok(present(larger).includes(name), `${name} was kept`)
      const smaller = await driver.converge(desiredOf(harness, driver.identity, 2))
      assert.deepEqual(present(smaller), present(before))
      assert.deepEqual((await harness.machinesInCloud(driver.identity))?.length, 3)
    },
  },
  {
    name: 'labels and taints change machines in place',
    async run({ harness, driver }) {
      const before = await driver.converge(desiredOf(harness, driver.identity, 2))
      const pool = { labels: { tier: 'db' }, taints: [{ key: 'tier', value: 'db', effect: 'NoSchedule' as const }] }
      const changed = await driver.converge(desiredOf(harness, driver.identity, 2, { pool }))
      assert.deepEqual(present(changed), present(before))
      for (const machine of changed.machines.filter((one) => one.pool === 'worker')) {
        assert.deepEqual(machine.labels, pool.labels)
        assert.deepEqual(machine.taints, pool.taints)
      }
      const back = await driver.converge(desiredOf(harness, driver.identity, 2))
      for (const machine of back.machines.filter((one) => one.pool === 'worker')) assert.deepEqual(machine.labels, {})
    },
  },
  {
    name: 'a machine is replaced by a new one that runs before the old one goes',
    async run({ harness, driver }) {
      const before = await driver.converge(desiredOf(harness, driver.identity, 2))
      const old = before.machines.find((machine) => machine.pool === 'worker')
      assert.ok(old)
      const infrastructure = { replace: [old.providerId] }
      const after = await driver.converge(
        desiredOf(harness, driver.identity, 2, { infrastructure }),
        undefined,
        (seen) => {
          const running = seen.machines.filter(({ pool, state }) => pool === 'worker' && state === 'Running')
          assert.ok(running.length >= 2 || seen.machines.length === 0, 'never fewer than desired')
        },
      )
      assert.equal(present(after).length, 2)
      assert.ok(!present(after).includes(old.name))
      assert.ok(after.machines.every((machine) => machine.providerId !== old.providerId))
    },
  },
  {
    name: 'a stopped machine shows as Failed and is replaced when it is named',
    async run({ harness, driver }) {
      const before = await driver.converge(desiredOf(harness, driver.identity, 2))
      const [name = ''] = present(before)
      await harness.stopMachine(driver.identity, name)
      const seen = await driver.observe()
      const stopped = seen.machines.find((machine) => machine.name === name)
      assert.equal(stopped?.state, 'Failed')
      assert.notEqual(stopped?.message, '')
      assert.deepEqual(harness.provider.plan(desiredOf(harness, driver.identity, 2), seen), [])
      const infrastructure = { replace: [stopped?.providerId ?? ''] }
      const after = await driver.converge(desiredOf(harness, driver.identity, 2, { infrastructure }))
      assert.ok(!present(after).includes(name))
      assert.equal(present(after).length, 2)
    },
  },
  {
    name: 'a lost machine stays away under policy alert and is made up for under heal',
    async run({ harness, driver }) {
      const before = await driver.converge(desiredOf(harness, driver.identity, 2))
      const [name = ''] = present(before)
      await harness.terminateMachine(driver.identity, name)
      const alert = { policy: { drift: 'heal', nodes: 'alert' } } as const
      const seen = await driver.observe()
      assert.deepEqual(
        harness.provider.plan(desiredOf(harness, driver.identity, 2, { infrastructure: alert }), seen),
        [],
      )
      const after = await driver.converge(desiredOf(harness, driver.identity, 2))
      assert.equal(present(after).length, 2)
      assert.ok(!present(after).includes(name), 'a name is never given twice')
      assert.equal((await harness.machinesInCloud(driver.identity))?.length, 3)
    },
  },
]
