import assert from 'node:assert/strict'
import {
  type DesiredInfrastructure,
  type ObservedInfrastructure,
  type ObservedMachine,
  ProviderError,
} from '../provider.ts'
import { isOlder } from '../versions.ts'
import { type ContractHarness, type Driver, desiredOf, present } from './harness.ts'
import { withCrashes } from './life-cycle.ts'
import type { ContractCase } from './suite.ts'

const hasTwoVersions = (harness: ContractHarness): boolean => harness.kubernetesVersions.length > 1

/** Rules about upgrades of Kubernetes. The last cases of a suite, in this order: the cluster they share cannot go back. */
export const upgradeCases: ContractCase[] = [
  {
    name: 'a downgrade and a skipped minor are refused, and machines are looked after all the same',
    async run({ harness, driver }) {
      const [major = 0, minor = 0] = harness.kubernetesVersions[0].split('.').map(Number)
      await driver.converge(desiredOf(harness, driver.identity, 2))
      for (const wrong of [`${major}.${minor - 1}.0`, `${major}.${minor + 2}.0`]) {
        const observed = await refused(driver, desiredOf(harness, driver.identity, 3, versionOf(wrong)))
        assert.equal(observed.kubernetesVersion, harness.kubernetesVersions[0])
        assert.equal(present(observed).length, 3, 'the pool grew')
        await driver.converge(desiredOf(harness, driver.identity, 2))
      }
    },
  },
  {
    name: 'an upgrade takes the control plane first, then pool after pool by its strategy, one machine at a time',
    needs: hasTwoVersions,
    async run({ harness, driver }) {
      const [first, second = ''] = harness.kubernetesVersions
      const before = await driver.converge(twoPools(harness, driver, first))
      const wanted = twoPools(harness, driver, second)
      const after = await withCrashes(driver, harness.isSlow, () =>
        driver.converge(wanted, undefined, (seen) => inOrder(seen, wanted)),
      )
      assert.equal(after.kubernetesVersion, second)
      assert.ok(after.machines.every((machine) => machine.kubernetesVersion === second))
      const names = before.machines.map(({ name }) => name)
      assert.deepEqual(
        after.machines.filter(({ name }) => names.includes(name)).map(({ name }) => name),
        [],
        'every machine was replaced',
      )
      assert.equal(
        (await harness.machinesInCloud(driver.identity))?.length,
        names.length,
        'nothing doubled or orphaned',
      )
    },
  },
  {
    name: 'an upgraded cluster does not go back',
    needs: hasTwoVersions,
    async run({ harness, driver }) {
      const [first, second = ''] = harness.kubernetesVersions
      const before = await driver.converge(twoPools(harness, driver, second))
      const observed = await refused(driver, twoPools(harness, driver, first))
      assert.equal(observed.kubernetesVersion, second)
      assert.deepEqual(namesOf(observed.machines), namesOf(before.machines))
    },
  },
]

const versionOf = (kubernetesVersion: string) => ({ infrastructure: { kubernetesVersion } })
const namesOf = (machines: readonly ObservedMachine[]): string[] => machines.map(({ name }) => name).sort()

/** Two workers that are replaced by scale-out, and two by scale-in. */
const twoPools = (harness: ContractHarness, driver: Driver, version: string): DesiredInfrastructure => {
  const desired = desiredOf(harness, driver.identity, 2, versionOf(version))
  const [, worker] = desired.pools
  assert.ok(worker)
  const spare = { ...worker, name: 'spare', updateStrategy: 'RollingUpdateScaleIn' as const }
  return { ...desired, pools: [spare, ...desired.pools] }
}

/** Drives until the cloud refuses as a person must correct it; answers what is there then. */
const refused = async (driver: Driver, desired: DesiredInfrastructure): Promise<ObservedInfrastructure> => {
  const error: unknown = await driver.converge(desired).catch((reason: unknown) => reason)
  assert.ok(error instanceof ProviderError, String(error))
  assert.equal(error.reaction, 'user')
  assert.notEqual(error.nextStep, '')
  return driver.observe()
}

const inOrder = (seen: ObservedInfrastructure, { pools, kubernetesVersion }: DesiredInfrastructure): void => {
  const isNew = (machine: ObservedMachine): boolean => machine.kubernetesVersion === kubernetesVersion
  for (const { name, kubernetesVersion: version } of seen.machines)
    assert.ok(!isOlder(seen.kubernetesVersion, version), `${name} is newer than the control plane`)
  const [spare, control, worker] = pools
  // The control plane first, then the pools as they are declared.
  const groups = [control, spare, worker].map((pool) => seen.machines.filter((machine) => machine.pool === pool?.name))
  const begun = groups.map((group) => group.some(isNew))
  for (const [index, group] of groups.entries()) {
    const old = group.filter((machine) => !isNew(machine)).map(({ name }) => name)
    if (begun.slice(index + 1).includes(true)) assert.deepEqual(old, [], 'a pool begins when the one before has ended')
    const [running, leaving] = ['Running', 'Deleting'].map((state) => group.filter((one) => one.state === state).length)
    assert.ok((leaving ?? 0) <= 1, 'one machine at a time')
    assert.ok((running ?? 0) + (leaving ?? 0) <= 3, 'at most one more than desired')
  }
  if (!begun.includes(true)) return
  assert.ok(present(seen).length >= 2, 'scale-out: never fewer than desired')
  assert.ok(present(seen, 'spare').length <= 2, 'scale-in: never more than desired')
}
