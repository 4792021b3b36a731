import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { Actor, Claim, Fence, NewObject, Store, StoredObject, Tx } from '../store.ts'

/** One store under test, empty or used: each test works in a tenant of its own. */
export interface StoreHarness {
  store: Store
  /** Lets the store's time pass: moves its clock, or waits where the database's own clock counts. */
  advance(ms: number): Promise<void>
  /** A tenant that nothing was written to yet. */
  newTenant(): Promise<string>
  /** What the audit record of a tenant holds, oldest first. */
  audit(tenant: string): Promise<{ action: string; actor: { type: string; uid: string }; uid: string }[]>
  close(): Promise<void>
}

export interface StoreSuiteOptions {
  /** Shown in test names. */
  name: string
  open(): Promise<StoreHarness>
  /** Runs of each property: many in memory, few against a database. */
  propertyRuns: number
}

export const user: Actor = { type: 'user', uid: 'u-1', name: 'ada' }
export const controller: Actor = { type: 'system', uid: 'controller', name: 'controller' }

export const clusterSpec = (overrides: Partial<ClusterSpec> = {}): ClusterSpec => ({
  cloudType: 'local',
  cloudAccountUid: '',
  cloudConfigUid: crypto.randomUUID().replaceAll('-', '').slice(0, 24),
  cloudConfig: {},
  machinePools: [],
  profiles: [],
  policy: { drift: 'heal', nodes: 'heal' },
  clusterConfig: {},
  ...overrides,
})

export const newCluster = (name: string, overrides: Partial<NewObject<'Cluster'>> = {}): NewObject<'Cluster'> => ({
  kind: 'Cluster',
  project: null,
  name,
  spec: clusterSpec(),
  ...overrides,
})

/** One tenant of the harness, with the few verbs that tests repeat. */
export class Bench {
  readonly store: Store
  readonly tenant: string
  readonly harness: StoreHarness
  constructor(harness: StoreHarness, tenant: string) {
    this.harness = harness
    this.store = harness.store
    this.tenant = tenant
  }
  run<T>(work: (tx: Tx) => Promise<T>, actor: Actor = user, fence?: Fence): Promise<T> {
    return this.store.transaction(this.tenant, actor, work, fence)
  }
  addCluster(name: string, overrides: Partial<NewObject<'Cluster'>> = {}): Promise<StoredObject<'Cluster'>> {
    return this.run((tx) => tx.create(newCluster(name, overrides)))
  }
  /** The uid of a new project. */
  async addProject(name: string): Promise<string> {
    return (await this.run((tx) => tx.create({ kind: 'Project', project: null, name, spec: {} }))).meta.uid
  }
  cluster(uid: string): Promise<StoredObject<'Cluster'> | null> {
    return this.run((tx) => tx.get('Cluster', uid))
  }
  /** Claims what is due, of every tenant, and answers this tenant's claims; the others are handed back as done. */
  async claim(owner: string, leaseMs = 60_000): Promise<Claim[]> {
    const claims = await this.store.queue.claim({ owner, kinds: ['Cluster'], limit: 1000, leaseMs })
    const mine = claims.filter((claim) => claim.tenant === this.tenant)
    for (const claim of claims) if (!mine.includes(claim)) await this.store.queue.finish(claim, { failed: false })
    return mine
  }
  /** This tenant's keys that are due, one after the other as they are given out. */
  async inOrder(): Promise<string[]> {
    const uids: string[] = []
    for (;;) {
      const [claim] = await this.store.queue.claim({ owner: 'w', kinds: ['Cluster'], limit: 1, leaseMs: 60_000 })
      if (!claim) return uids
      await this.store.queue.finish(claim, { failed: false })
      if (claim.tenant === this.tenant) uids.push(claim.uid)
    }
  }
  async claimOne(owner: string, leaseMs?: number): Promise<Claim> {
    const [claim, ...rest] = await this.claim(owner, leaseMs)
    if (!claim || rest.length > 0) throw new Error(`expected one key, got ${rest.length + (claim ? 1 : 0)}`)
    return claim
  }
}
