import { faultCases } from './faults.ts'
import { type ContractHarness, Driver, desiredOf } from './harness.ts'
import { lifeCycleCases } from './life-cycle.ts'
import { machineCases } from './machines.ts'
import { upgradeCases } from './upgrade.ts'

export interface CaseContext {
  harness: ContractHarness
  /** Drives the shared cluster: a control plane and two workers when a case begins. */
  driver: Driver
}

export interface ContractCase {
  name: string
  /** False = this harness cannot play it. */
  needs?(harness: ContractHarness): boolean
  run: (context: CaseContext) => Promise<void>
}

export interface ContractSuite {
  /** Creates the cluster that the cases share. */
  begin: () => Promise<void>
  cases: { name: string; run: () => Promise<void> }[]
  /** Removes it and checks that nothing remains. */
  end: () => Promise<void>
}

/**
 * The rules of `docs/contracts/provider.md` as runnable cases, free of any test runner:
 * `beforeAll(suite.begin); it.each(suite.cases)('$name', ({ run }) => run()); afterAll(suite.end)`.
 */
export const contractSuite = (harness: ContractHarness): ContractSuite => {
  const driver = new Driver(harness, harness.newIdentity())
  // Upgrades come last: there is no way back.
  const all = [...lifeCycleCases, ...machineCases, ...faultCases, ...upgradeCases]
  const chosen = all.filter((one) => one.needs?.(harness) ?? true)
  return {
    begin: async () => {
      await driver.converge(desiredOf(harness, driver.identity, 2))
    },
    cases: chosen.map(({ name, run }) => ({ name, run: () => run({ harness, driver }) })),
    end: async () => {
      await driver.remove()
      if ((await harness.machinesInCloud(driver.identity)) !== null) throw new Error('the cluster was not removed')
    },
  }
}
