import { type ContractHarness, SimulatedCrash } from '@atrium/provider-contract/suite/harness.ts'
import { contractSuite } from '@atrium/provider-contract/suite/suite.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeCloud } from './cloud.ts'
import { createInMemoryProvider } from './provider.ts'

const crash = (): never => {
  throw new SimulatedCrash()
}

const harnessOf = (cloud: FakeCloud): ContractHarness => {
  let clusters = 0
  const machines = (uid: string): string[] | null => {
    const things = cloud.inventory()
    if (!things.includes(`cluster ${uid}`)) return null
    return things.filter((thing) => thing.startsWith(`machine ${uid}/`))
  }
  return {
    provider: createInMemoryProvider(cloud),
    account: { uid: 'account', credentials: {}, settings: {} },
    newIdentity: () => ({ tenant: 'tenant', uid: `cluster-${clusters++}`, name: 'shop' }),
    kubernetesVersions: ['1.34.4', '1.35.4'],
    wait: async (ms) => cloud.advance(ms),
    machinesInCloud: async ({ uid }) => machines(uid),
    stopMachine: async ({ uid }, name) => cloud.powerMachine(uid, name, 'stopped'),
    terminateMachine: async ({ uid }, name) => cloud.powerMachine(uid, name, 'terminated'),
    faults: {
      loseReplies: (calls) => cloud.failNext('*', 'lostReply', calls),
      throttle: (calls) => cloud.failNext('*', 'throttle', calls),
      delayVisibility: (ms) => {
        cloud.options = { ...cloud.options, visibilityDelayMs: ms }
      },
      exhaustQuota: (calls) => cloud.failNext('putMachine', 'quota', calls),
      slowDeletes: (ms) => {
        cloud.options = { ...cloud.options, deleteMs: ms }
      },
      crashAt: (step, when) =>
        cloud.failNext(
          step === 'create' ? 'putMachine' : 'deleteMachine',
          when === 'before' ? 'crashBefore' : 'crashAfter',
        ),
    },
    isSlow: false,
  }
}

describe.each([
  ['at once', 0],
  ['slowly', 1_500],
])('provider inmemory, working %s, passes the contract', (_, provisionMs) => {
  const cloud = new FakeCloud({ provisionMs, versions: ['1.34.4', '1.35.4'] }, { crash })
  const suite = contractSuite(harnessOf(cloud))
  beforeAll(suite.begin)
  it.each(suite.cases)('$name', ({ run }) => run())
  afterAll(async () => {
    await suite.end()
    expect(cloud.ledger.standing()).toEqual([])
    expect(cloud.ledger.doubled()).toEqual([])
  })
})

describe('the suite finds', () => {
  /** Names of the cases that a provider fails. */
  const failures = async (spoil: (cloud: FakeCloud, harness: ContractHarness) => void): Promise<string[]> => {
    const cloud = new FakeCloud({}, { crash })
    const harness = harnessOf(cloud)
    const suite = contractSuite(harness)
    await suite.begin()
    spoil(cloud, harness)
    const failed: string[] = []
    for (const { name, run } of suite.cases) await run().catch(() => failed.push(name))
    return failed
  }

  it('a cloud that makes another machine on each call', async () => {
    const failed = await failures((cloud) => {
      const put = cloud.putMachine.bind(cloud)
      const observe = cloud.observe.bind(cloud)
      let extra = 1_000
      cloud.putMachine = (uid, name, shape) => {
        put(uid, name, shape)
        put(uid, `orphan-${extra}`, { ...shape, pool: 'orphans', ordinal: extra++ })
      }
      cloud.observe = (uid) => {
        const seen = observe(uid)
        return { ...seen, machines: seen.machines.filter(({ pool }) => pool !== 'orphans') }
      }
    })
    expect(failed).toContain('lost replies double nothing')
  })

  it('a provider that removes the old machine before the new one runs', async () => {
    const failed = await failures((cloud, harness) => {
      cloud.options = { ...cloud.options, provisionMs: 1_000 }
      const plan = harness.provider.plan.bind(harness.provider)
      harness.provider.plan = (desired, observed) => {
        const doomed = observed.machines.filter(({ providerId }) => desired.replace.includes(providerId))
        const deletions = doomed.map(({ name }) => ({
          ...{ key: `delete-machine/${name}`, type: 'delete-machine', summary: '', disturbs: '' },
          input: { name },
        }))
        return [...deletions, ...plan(desired, observed)]
      }
    })
    expect(failed).toContain('a machine is replaced by a new one that runs before the old one goes')
  })
})
