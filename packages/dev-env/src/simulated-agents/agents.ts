import { PlaneTransport } from '@atrium/agent/link/transport.ts'
import type { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { type AgentBehaviour, SimulatedAgent, type SimulatedAgentDeps } from './agent.ts'
import { type ClusterCall, FakeCluster } from './fake-cluster.ts'

/** Where an agent is: its clock, and the way to the plane from there. */
export interface AgentPlace {
  clock: Clock
  /** The address by which it reaches the server that is told to it. */
  reach(serverUrl: string): string
}

export interface SimulatedAgentsOptions {
  cloud: FakeCloud
  behaviour: AgentBehaviour
  onDesired?: SimulatedAgentDeps['onDesired']
  /** Where the agent of a cluster is, asked once; all are beside the server unless told. */
  place?: ((clusterUid: string) => AgentPlace) | undefined
  clock: Clock
  random: Random
  logger: Logger
}

const LOOK_MS = 250

/** The agents of all clusters of a cloud in memory, in this process: they share connections' pool, CAs and the timer. */
export class SimulatedAgents {
  readonly #options: SimulatedAgentsOptions
  readonly #transport = new PlaneTransport()
  readonly #clusters = new Map<string, FakeCluster>()
  /** Clusters whose machines change with time. */
  readonly #unsettled = new Set<string>()
  readonly #stopping = new AbortController()
  readonly #loop: Promise<void>

  constructor(options: SimulatedAgentsOptions) {
    this.#options = options
    options.cloud.onChange((uid) => void this.#unsettled.add(uid))
    this.#loop = this.#lookAround()
  }

  get(clusterUid: string): SimulatedAgent | null {
    return this.#clusters.get(clusterUid)?.agent ?? null
  }

  all(): SimulatedAgent[] {
    return [...this.#clusters.values()].flatMap(({ agent }) => agent ?? [])
  }

  /** A call of the plane to the API server of a cluster. */
  answer(clusterUid: string, call: ClusterCall): Promise<unknown> {
    const known = this.#clusters.get(clusterUid) ?? this.#newCluster(clusterUid)
    return known.answer(call)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    await Promise.all(this.all().map((agent) => agent.stop()))
    await this.#transport.close()
  }

  #newCluster(clusterUid: string): FakeCluster {
    const { cloud, place, ...shared } = this.#options
    const cluster = new FakeCluster((told) => {
      const present = () => cloud.present(clusterUid)
      const { clock, reach } = place?.(clusterUid) ?? { clock: shared.clock, reach: (url: string) => url }
      const enrolment = async () => {
        const { serverUrl, ...rest } = await told()
        return { ...rest, serverUrl: reach(serverUrl) }
      }
      return new SimulatedAgent({ ...shared, clock, clusterUid, enrolment, cloud: present, transport: this.#transport })
    })
    this.#clusters.set(clusterUid, cluster)
    return cluster
  }

  /** One timer for all: each would otherwise poll the cloud for machines that come up. */
  async #lookAround(): Promise<void> {
    const { clock, cloud } = this.#options
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(LOOK_MS, this.#stopping.signal)
      for (const uid of this.#unsettled) {
        const { exists, controlPlaneReady, machines } = cloud.present(uid)
        this.get(uid)?.look()
        if (!exists) await this.#forget(uid)
        else if (controlPlaneReady && machines.every(({ state }) => state !== 'Provisioning' && state !== 'Deleting'))
          this.#unsettled.delete(uid)
      }
    }
  }

  async #forget(uid: string): Promise<void> {
    const agent = this.get(uid)
    this.#clusters.delete(uid)
    this.#unsettled.delete(uid)
    await agent?.stop()
  }
}
