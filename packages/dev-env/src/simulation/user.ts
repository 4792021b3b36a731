import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { demoSpec, layer, user as person, pool, profile } from '@atrium/server/controllers/testing/world.ts'
import { type Intent, type IntentChecker, revisionOf, withRevision } from './intents.ts'
import type { SimNetwork } from './network.ts'
import type { SimProcess } from './process.ts'
import { type SimServer, tenant } from './server.ts'

const RETRY_MS = 1_000

export interface SimUserDeps {
  network: SimNetwork
  intents: IntentChecker
  pickServer: () => SimServer | null
}

export interface Habits {
  /** Ends with a deletion. */
  deletes: boolean
  /** Longest time between two changes. */
  restMs: number
}

/** Somebody with one cluster: creates it, changes it, may delete it, and asks each time until it is told ok. */
export class SimUser {
  readonly process: SimProcess
  readonly intent: Intent
  readonly #deps: SimUserDeps
  readonly #habits: Habits
  #revision = 0
  readonly #stopping = new AbortController()
  /** It was told ok of everything and wants nothing more. */
  isDone = false

  constructor(process: SimProcess, name: string, deps: SimUserDeps, habits: Habits) {
    this.process = process
    this.#deps = deps
    this.#habits = habits
    this.intent = { name, uid: '', acknowledged: null, deletion: 'none' }
    deps.intents.intents.push(this.intent)
    void this.#live()
  }

  /** It ends what it began, and begins nothing more. */
  stop(): void {
    this.#stopping.abort()
  }

  async #live(): Promise<void> {
    const { clock, random } = this.process
    await clock.sleep(random.fraction() * 10_000)
    await this.#create()
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(3_000 + random.fraction() * this.#habits.restMs, this.#stopping.signal)
      if (this.#stopping.signal.aborted) break
      await this.#update()
    }
    if (this.#habits.deletes) await this.#delete()
    this.isDone = true
  }

  async #create(): Promise<void> {
    const spec = this.#nextSpec()
    const { name } = this.intent
    const made = await this.#ask(`create ${name}`, async (tx) => {
      const { items } = await tx.list('Cluster', { where: { name } })
      return items[0] ?? tx.create({ kind: 'Cluster', project: null, name, spec })
    })
    this.intent.uid = made.meta.uid
    this.#acknowledge(spec)
  }

  async #update(): Promise<void> {
    const spec = this.#nextSpec()
    const { uid, name } = this.intent
    for (;;) {
      const found = await this.#ask(`read ${name}`, (tx) => tx.get('Cluster', uid))
      if (!found || revisionOf(found.spec) === this.#revision) break
      const stored = await this.#ask(`update ${name} to ${this.#revision}`, (tx) => update(tx, found, spec))
      if (stored) break
    }
    this.#acknowledge(spec)
  }

  async #delete(): Promise<void> {
    const { uid, name } = this.intent
    this.intent.deletion = 'asked'
    await this.#ask(`delete ${name}`, async (tx) => {
      if (await tx.get('Cluster', uid)) await tx.delete('Cluster', uid)
    })
    this.intent.deletion = 'told'
  }

  #acknowledge(spec: ClusterSpec): void {
    this.intent.acknowledged = { revision: this.#revision, spec }
    this.#deps.network.deps.trace.add(this.process.name, `is told ok of revision ${this.#revision}`)
  }

  /** Asks one server after the other until one answers. */
  async #ask<T>(what: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const { network, pickServer } = this.#deps
    for (;;) {
      const server = pickServer()
      if (server)
        try {
          return await network.call(
            this.process,
            () => server.process,
            server.process.name,
            what,
            () => server.store.transaction(tenant, person, work),
          )
        } catch (error) {
          // No answer, or one that says to try again.
          network.deps.trace.add(this.process.name, `asks again to ${what}: ${messageOf(error)}`)
        }
      await this.process.clock.sleep(RETRY_MS)
    }
  }

  #nextSpec(): ClusterSpec {
    this.#revision += 1
    const { random } = this.process
    const texts = Array.from({ length: 1 + Math.floor(random.fraction() * 3) }, (_, index) =>
      layer(`layer-${index}`, random.fraction() < 0.5 ? 'text: same\n' : `text: ${this.#revision}\n`),
    )
    const spec = demoSpec({
      cloudType: 'inmemory',
      cloudConfigUid: `config-${this.intent.name}`,
      machinePools: [pool('cp', 1, true), pool('worker', Math.floor(random.fraction() * 4))],
      profiles: [profile('infra', [layer('kubernetes', '', 'k8s')]), profile('apps', texts)],
    })
    return withRevision(spec, this.#revision)
  }
}

/** False when somebody else was faster: then it is read again. */
async function update(tx: Tx, found: StoredObject<'Cluster'>, spec: ClusterSpec): Promise<boolean> {
  try {
    await tx.update('Cluster', found.meta.uid, { spec, ifResourceVersion: found.meta.resourceVersion })
    return true
  } catch (error) {
    if (error instanceof AtriumError && error.code === 'ResourceConflict') return false
    throw error
  }
}
