import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { Actor, Store, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { isNewer } from '@atrium/tunnel/link/server-machine.ts'
import { readDesired } from '../content/desired-state.ts'
import type { AgentName } from './agent-name.ts'
import { settleAll } from './batches.ts'

type AgentStatus = NonNullable<ClusterStatus['agent']>
const NO_AGENT: AgentStatus = {
  enrolled: false,
  connected: false,
  version: '',
  lastHeartbeatAt: null,
  podName: '',
  sessionEpoch: 0,
}

/** The agent of a cluster, as audit and events name it. */
export const agentActor = (agent: AgentName): Actor => ({ type: 'agent', uid: agent.clusterUid, name: 'agent' })

/** Whoever writes for many agents at once. */
export const linkActor = systemActor('link')

type Position = { epoch: number; generation: number }

/** An agent that proved itself. */
export interface Arrival {
  clusterUid: string
  epoch: number
  now: Required<Pick<AgentStatus, 'version' | 'podName' | 'lastHeartbeatAt' | 'planeEpoch'>>
  /** What it runs. */
  applied: ClusterStatus['applied'] | null
}

/** The newest desired state of an agent, and its text unless the agent runs that already. */
export interface Given {
  position: Position | null
  desired: DesiredState | null
}

/** This session is not the newest one of its cluster: nothing it says counts any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

/** The only writer of `status.agent` of clusters. Its changes wake the cluster's controller. */
export class AgentStatusWriter {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  /** `enrolledAt` is RFC 3339. */
  async enrolled(agent: AgentName, enrolledAt: string): Promise<void> {
    await this.#update(agent, (before) => ({ ...before, enrolled: true, enrolledAt }))
  }

  /**
   * Makes each of these the newest session of its cluster, all in one transaction; refuses one when a newer one came first, or
   * when its cluster is gone. Answers what to give them. A controller is woken unless the agent counted as connected and is
   * what it was: after a restart of the plane a whole fleet comes back like that.
   */
  connected(tenant: string, arrivals: readonly Arrival[]): Promise<PromiseSettledResult<Given>[]> {
    return this.#store.transaction(tenant, linkActor, (tx) =>
      settleAll(arrivals, (arrival) => arrive(tx, tenant, arrival), isRefusal),
    )
  }

  /**
   * Session `epoch` is over, and with it every older one. Without effect when a newer session took over, or when the
   * cluster is gone.
   */
  async disconnected(agent: AgentName, epoch: number, lastHeartbeatAt: string): Promise<void> {
    try {
      await this.#update(agent, (before) =>
        before.sessionEpoch > epoch
          ? before
          : { ...before, connected: false, lastHeartbeatAt, sessionEpoch: epoch, endedEpoch: epoch },
      )
    } catch (error) {
      if (!(error instanceof AtriumError) || error.code !== 'ResourceNotFound') throw error
    }
  }

  /** Ends whatever session the cluster has: no session has this epoch. */
  async fenced(agent: AgentName, epoch: number): Promise<void> {
    await this.#update(agent, (before) => ({ ...before, enrolled: false, connected: false, sessionEpoch: epoch }))
  }

  /** Runs `work` for each in one transaction; refuses those that are not the newest session of their cluster. */
  asSessions<One extends { agent: AgentName; epoch: number }>(
    tenant: string,
    sessions: readonly One[],
    work: (tx: Tx, one: One) => Promise<void>,
  ): Promise<PromiseSettledResult<void>[]> {
    const run = async (tx: Tx, one: One): Promise<void> => {
      const cluster = await lockCluster(tx, one.agent)
      if ((cluster.status.agent?.sessionEpoch ?? 0) !== one.epoch) throw new FencedError()
      await work(tx, one)
    }
    return this.#store.transaction(tenant, linkActor, (tx) => settleAll(sessions, (one) => run(tx, one), isRefusal))
  }

  async #update(agent: AgentName, change: (before: AgentStatus) => AgentStatus): Promise<void> {
    await this.#store.transaction(agent.tenant, agentActor(agent), async (tx) => {
      const cluster = await lockCluster(tx, agent)
      const before = cluster.status.agent ?? NO_AGENT
      const after = change(before)
      if (after === before) return
      await tx.updateStatus('Cluster', agent.clusterUid, { status: { agent: after } })
      await tx.enqueue('Cluster', agent.clusterUid)
    })
  }
}

const lockCluster = async (tx: Tx, agent: AgentName): Promise<StoredObject<'Cluster'>> => {
  const cluster = await tx.getForUpdate('Cluster', agent.clusterUid)
  if (!cluster) throw new AtriumError('ResourceNotFound', `Cluster ${agent.clusterUid} does not exist.`)
  return cluster
}

const isRefusal = (error: unknown): boolean =>
  error instanceof FencedError || (error instanceof AtriumError && error.code === 'ResourceNotFound')

async function arrive(tx: Tx, tenant: string, { clusterUid, epoch, now, applied }: Arrival): Promise<Given> {
  const cluster = await lockCluster(tx, { tenant, clusterUid })
  const before = cluster.status.agent ?? NO_AGENT
  if (before.sessionEpoch > epoch) throw new FencedError()
  const after = { ...before, ...now, enrolled: true, connected: true, sessionEpoch: epoch }
  await tx.updateStatus('Cluster', clusterUid, { status: { ...(applied && { applied }), agent: after } })
  const isNews = !before.connected || before.version !== now.version || before.planeEpoch !== now.planeEpoch
  if (isNews || (applied && !sameJson(applied, cluster.status.applied))) await tx.enqueue('Cluster', clusterUid)
  const { desired } = cluster.status
  if (desired && applied && !isNewer(desired, applied)) return { position: positionOf(desired), desired: null }
  return { position: desired ? positionOf(desired) : null, desired: await readDesired(tx, cluster) }
}

const positionOf = ({ epoch, generation }: Position): Position => ({ epoch, generation })
