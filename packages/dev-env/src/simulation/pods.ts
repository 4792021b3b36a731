import type { Clock } from '@atrium/runtime/base/clock.ts'
import { agentNames } from '@atrium/server/controllers/cluster/agent-manifest.ts'
import type { AgentDisk, SimAgent } from './agent.ts'
import type { SimCloud } from './cloud.ts'
import type { SimProcess } from './process.ts'
import type { Kubes } from './server.ts'

export interface PodsDeps {
  clock: Clock
  cloud: SimCloud
  kubes: Kubes
  /** How often a cluster looks whether its agent has to be started. */
  lookMs: number
  start(name: string, disk: AgentDisk): SimAgent
}

/** Where agents run: each cluster starts its own, again and again, once the plane has deployed it. */
export class Pods {
  readonly #deps: PodsDeps
  readonly #agents = new Map<string, { disk: AgentDisk; agent: SimAgent | null }>()

  constructor(deps: PodsDeps) {
    this.#deps = deps
  }

  /** From now on a cluster may be there; told again, nothing happens. */
  expect(uid: string): void {
    if (this.#agents.has(uid)) return
    const disk: AgentDisk = { uid, key: null, desired: null, applied: null, installed: new Map() }
    this.#agents.set(uid, { disk, agent: null })
    this.#look(uid, `agent-${this.#agents.size - 1}`)
  }

  living(): { process: SimProcess; uid: string }[] {
    return [...this.#agents].flatMap(([uid, { agent }]) =>
      agent?.process.alive ? [{ process: agent.process, uid }] : [],
    )
  }

  /** Layer id → digest of its values. */
  installedIn(uid: string): ReadonlyMap<string, string> {
    return this.#agents.get(uid)?.disk.installed ?? new Map()
  }

  #look(uid: string, name: string): void {
    const { clock, cloud, kubes, lookMs, start } = this.#deps
    const entry = this.#agents.get(uid)
    if (!entry) return
    const exists = cloud.fake.inventory().includes(`cluster ${uid}`)
    if (entry.agent && !exists) return entry.agent.process.kill()
    const deployed = kubes.of(uid).get('Deployment', agentNames.namespace, agentNames.agent) !== undefined
    if (deployed && exists && !entry.agent?.process.alive) entry.agent = start(name, entry.disk)
    clock.after(lookMs, () => this.#look(uid, name))
  }
}
