import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { Doom } from '@atrium/runtime/testing/doom.ts'
import { describe, expect, it } from 'vitest'
import { demoSpec, pool, upgraded, World } from '../testing/world.ts'

/** What must hold of the cloud whatever died on the way. */
function expectNothingDoubled(world: World): void {
  const creates = world.cloud.log.filter((entry) => entry.startsWith('create'))
  expect(creates).toEqual([...new Set(creates)])
}

async function provision(world: World): Promise<void> {
  await world.createCluster()
  await world.untilShown('Running-Healthy', 300_000)
}

/** Runs `work` once to count the steps of the plane in it. */
async function countSteps(prepare: (world: World) => Promise<void>, work: (world: World) => Promise<void>) {
  const world = new World()
  const doom = new Doom()
  await prepareWith(world, doom, prepare)
  const before = doom.steps
  await work(world)
  world.stop()
  return { before, during: doom.steps - before }
}

async function prepareWith(world: World, doom: Doom, prepare: (world: World) => Promise<void>): Promise<void> {
  world.startPlane(doom)
  await prepare(world)
}

/** `--all`: at every single step. */
const everyStep = process.env.ATRIUM_TEST_ALL === '1'

/** Kills the plane at every `stride`-th step of `work`; a second plane must bring it to the same end. */
async function crashEverywhere(
  prepare: (world: World) => Promise<void>,
  work: (world: World) => Promise<void>,
  check: (world: World) => Promise<void>,
  stride: number,
): Promise<number> {
  const { before, during } = await countSteps(prepare, work)
  let crashes = 0
  for (let step = 0; step < during; step += everyStep ? 1 : stride) {
    const world = new World()
    const doom = new Doom(before + step)
    await prepareWith(world, doom, prepare)
    // The heir is there from the start, as a second replica would be, and takes over when leases run out.
    const working = work(world)
    world.startPlane()
    await working
    await check(world)
    expectNothingDoubled(world)
    world.stop()
    crashes += 1
  }
  return crashes
}

const nothing = async (): Promise<void> => undefined

describe('a plane that is killed', { timeout: 300_000 }, () => {
  it('at any step of provisioning: the cluster runs in the end, and nothing is doubled', async () => {
    const crashes = await crashEverywhere(
      nothing,
      provision,
      async (world) => {
        expect(world.cloud.machines(world.uid).map((machine) => machine.name)).toEqual([
          'demo-cp-0',
          'demo-worker-0',
          'demo-worker-1',
        ])
        expect(await world.machines()).toHaveLength(3)
      },
      7,
    )
    expect(crashes).toBeGreaterThan(20)
  })

  it('at any step of an update: the new declaration is reached', async () => {
    await crashEverywhere(
      provision,
      async (world) => {
        await world.change(() => ({ machinePools: [pool('cp', 1, true), pool('worker', 3)] }))
        await world.until(async () => (await world.must()).status.observedGeneration === 2, 300_000)
        await world.until(async () => (await world.machines()).filter((m) => m.status.nodeReady).length === 4, 300_000)
        await world.untilShown('Running-Healthy', 300_000)
      },
      async (world) => expect(world.cloud.machines(world.uid)).toHaveLength(4),
      11,
    )
  })

  it('at any step of a replacement: one new machine, no remains', async () => {
    await crashEverywhere(
      provision,
      async (world) => {
        world.cloud.power(world.uid, 'demo-worker-0', 'off')
        await world.until(async () => (await world.machines()).map((m) => m.meta.name).join() === healed, 300_000)
        await world.untilShown('Running-Healthy', 300_000)
      },
      async (world) => expect(world.cloud.machines(world.uid)).toHaveLength(3),
      17,
    )
  })

  it('at any step of an upgrade: each machine is replaced once', async () => {
    await crashEverywhere(
      provision,
      async (world) => {
        await world.change(upgraded)
        await world.until(async () => (await world.must()).status.observedGeneration === 2, 300_000)
        await world.until(() => world.cloud.machines(world.uid).every((m) => m.kubernetesVersion === '1.35.4'), 300_000)
        await world.untilShown('Running-Healthy', 300_000)
      },
      async (world) =>
        expect(world.cloud.machines(world.uid).map(({ name }) => name)).toEqual([
          'demo-cp-1',
          'demo-worker-2',
          'demo-worker-3',
        ]),
      23,
    )
  })

  it('at any step of a deletion: everything goes', async () => {
    await crashEverywhere(
      provision,
      async (world) => {
        await world.delete()
        await world.untilShown('gone', 300_000)
      },
      async (world) => {
        expect(world.cloud.clusters.size).toBe(0)
        expect(await world.machines()).toEqual([])
      },
      5,
    )
  })

  it('again and again, while the cluster is changed and deleted', async () => {
    for (let seed = 1; seed <= 12; seed += 1) await chaos(seed)
  })
})

const healed = 'demo-cp-0,demo-worker-1,demo-worker-2'

const isObserved = async (world: World): Promise<boolean> => {
  const { meta, status } = await world.must()
  return status.observedGeneration === meta.generation && (await world.shown()) === 'Running-Healthy'
}

async function chaos(seed: number): Promise<void> {
  const random = seededRandom(seed)
  const world = new World(seed)
  const kill = (): void => {
    world.startPlane(new Doom(Math.floor(random.fraction() * 150)))
  }
  kill()
  await world.createCluster()
  for (let round = 0; round < 5; round += 1) {
    await world.clock.advance(random.fraction() * 20_000)
    const size = 1 + Math.floor(random.fraction() * 4)
    await world.change(() => ({ machinePools: [pool('cp', 1, true), pool('worker', size)] }))
    if (random.fraction() < 0.5) await world.change(() => ({ profiles: demoSpec().profiles.slice(0, 1) }))
    kill()
  }
  if (seed % 3 === 0) await world.delete()
  await world.clock.advance(random.fraction() * 20_000)
  world.startPlane()
  await world.untilShown(seed % 3 === 0 ? 'gone' : 'Running-Healthy', 300_000)
  // What is shown may be of before the last changes, which nobody has looked at yet.
  if (seed % 3 !== 0) await world.until(() => isObserved(world), 300_000)
  expectNothingDoubled(world)
  if (seed % 3 === 0) expect(world.cloud.clusters.size).toBe(0)
  else expect(world.cloud.machines(world.uid)).toHaveLength((await world.machines()).length)
  world.stop()
}
