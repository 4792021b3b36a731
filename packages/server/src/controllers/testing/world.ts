import { clusterHealthOf, clusterStateOf } from '@atrium/api/cluster-state.ts'
import type { AttachedProfile, ClusterSpec, MachinePool } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { type Logger, silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { createManager } from '@atrium/runtime/controller/manager.ts'
import type { ControllerManager } from '@atrium/runtime/controller/reconciler.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { Actor, StoredObject } from '@atrium/runtime/store/store.ts'
import { Doom, doomedStore } from '@atrium/runtime/testing/doom.ts'
import { defaultClusterTiming } from '../cluster/deps.ts'
import { createClusterReconciler } from '../cluster/reconciler.ts'
import { FakeAgent } from './fake-agent.ts'
import { FakeKube } from './fake-kube.ts'
import { TinyCloud } from './tiny-cloud.ts'

export const tenant = 't'
export const user: Actor = { type: 'user', uid: 'u', name: 'ada' }

export const layer = (name: string, values: string, kind: ProfileLayer['layer'] = 'addon'): ProfileLayer => ({
  name,
  type: 'manifest',
  layer: kind,
  tag: '1.34.4',
  version: '1.34.4',
  registryUid: '',
  packUid: `pack-${name}`,
  values,
  manifests: [],
})

export const profile = (name: string, layers: ProfileLayer[]): AttachedProfile => ({
  uid: `profile-${name}`,
  name,
  version: '1.0.0',
  type: name === 'infra' ? 'infra' : 'add-on',
  cloudType: 'local',
  layers,
  variables: [],
  variableValues: {},
})

export const pool = (name: string, size: number, isControlPlane = false): MachinePool => ({
  name,
  isControlPlane,
  useControlPlaneAsWorker: false,
  size,
  labels: {},
  taints: [],
  version: '',
  input: { cloudConfig: {}, poolConfig: {} },
})

export const demoSpec = (overrides: Partial<ClusterSpec> = {}): ClusterSpec => ({
  cloudType: 'local',
  cloudAccountUid: '',
  cloudConfigUid: 'c'.repeat(24),
  cloudConfig: {},
  machinePools: [pool('cp', 1, true), pool('worker', 2)],
  profiles: [
    profile('infra', [layer('kubernetes', '', 'k8s'), layer('network', '', 'cni')]),
    profile('apps', [layer('hello', 'text: hi\n'), layer('other', 'a: 1\n')]),
  ],
  policy: { drift: 'heal', nodes: 'heal' },
  clusterConfig: {},
  ...overrides,
})

/** The change that gives the Kubernetes layer another version. */
export const upgraded = ({ profiles }: ClusterSpec, version = '1.35.4'): Partial<ClusterSpec> => ({
  profiles: profiles.map((one) => ({
    ...one,
    layers: one.layers.map((each) => (each.layer === 'k8s' ? { ...each, version, tag: version } : each)),
  })),
})

/** A plane with one cluster on a tiny cloud, on a clock that moves when told to. */
export class World {
  readonly clock = new ManualClock()
  readonly store: MemoryStore
  readonly cloud = new TinyCloud(this.clock)
  readonly kube = new FakeKube()
  readonly dooms: Doom[] = []
  readonly logger: Logger = silentLogger
  uid = ''
  agent: FakeAgent | null = null
  issuedTokens = 0
  /** Of the tenant. */
  upgradesLocked = false
  /** Of the plane: raised by a restore. */
  epoch = 1
  #planes = 0
  readonly #seed: number
  readonly #stopTicking = new AbortController()

  constructor(seed = 1) {
    this.#seed = seed
    this.store = new MemoryStore({ clock: this.clock, random: seededRandom(seed) })
  }

  /** A plane process; it dies at the given step. */
  startPlane(doom = new Doom(), image = 'atrium-agent:1'): ControllerManager {
    this.dooms.push(doom)
    const base = {
      store: doomedStore(this.store, doom),
      clock: this.clock,
      random: seededRandom(this.#seed + this.#planes),
      logger: this.logger,
    }
    const cluster = createClusterReconciler({
      ...base,
      providers: new Map([['local', this.cloud.provider(doom)]]),
      openCluster: async () => this.kube.access(doom),
      tokens: { issue: async () => new Secret(`token-${++this.issuedTokens}`) },
      agent: { image, serverUrl: 'https://plane:1', caPem: 'PEM' },
      areUpgradesLocked: async () => this.upgradesLocked,
      epoch: () => this.epoch,
      timing: defaultClusterTiming,
    })
    const manager = createManager({ ...base, owner: `plane-${++this.#planes}`, reconcilers: [cluster] })
    manager.start()
    return manager
  }

  async createCluster(spec = demoSpec(), name = 'demo'): Promise<void> {
    const created = await this.store.transaction(tenant, user, (tx) =>
      tx.create({ kind: 'Cluster', project: null, name, spec }),
    )
    this.uid = created.meta.uid
    this.agent = new FakeAgent(this.store, tenant, this.uid, this.kube, this.cloud, () => this.epoch)
    void this.#tickAgent(this.agent)
  }

  async #tickAgent(agent: FakeAgent): Promise<void> {
    while (!this.#stopTicking.signal.aborted) {
      await this.clock.sleep(400, this.#stopTicking.signal)
      await agent.tick()
    }
  }

  stop(): void {
    this.#stopTicking.abort()
    for (const doom of this.dooms) doom.kill()
  }

  cluster(): Promise<StoredObject<'Cluster'> | null> {
    return this.store.transaction(tenant, user, (tx) => tx.get('Cluster', this.uid))
  }
  async must(): Promise<StoredObject<'Cluster'>> {
    const cluster = await this.cluster()
    if (!cluster) throw new Error('the cluster is gone')
    return cluster
  }
  async machines(): Promise<StoredObject<'Machine'>[]> {
    const where = { clusterUid: this.uid }
    return (await this.store.transaction(tenant, user, (tx) => tx.list('Machine', { where }))).items
  }
  async change(change: (spec: ClusterSpec) => Partial<ClusterSpec>): Promise<void> {
    await this.store.transaction(tenant, user, async (tx) => {
      const cluster = await tx.get('Cluster', this.uid)
      if (cluster) await tx.update('Cluster', this.uid, { spec: { ...cluster.spec, ...change(cluster.spec) } })
    })
  }
  async delete(): Promise<void> {
    await this.store.transaction(tenant, user, (tx) => tx.delete('Cluster', this.uid))
  }
  async condition(type: string) {
    return (await this.must()).conditions.find((condition) => condition.type === type)
  }
  /** `Running-Healthy`, as clients see it. */
  async shown(): Promise<string> {
    const cluster = await this.cluster()
    return cluster ? `${clusterStateOf(cluster)}-${clusterHealthOf(cluster).state}` : 'gone'
  }
  async until(reached: () => boolean | Promise<boolean>, limitMs = 120_000): Promise<void> {
    try {
      await this.clock.advanceUntil(reached, limitMs)
    } catch (error) {
      const cluster = await this.cluster()
      throw new Error(`${(error as Error).message}\n${JSON.stringify(cluster, null, 1)}\n${this.cloud.log.join('\n')}`)
    }
  }
  async untilShown(state: string, limitMs?: number): Promise<void> {
    await this.until(async () => (await this.shown()) === state, limitMs)
  }
}

/** A world whose cluster runs and is healthy. */
export async function running(spec = demoSpec()): Promise<World> {
  const world = new World()
  world.startPlane()
  await world.createCluster(spec)
  await world.untilShown('Running-Healthy')
  return world
}
