import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import { readDesired } from '../content/desired-state.ts'
import type { AgentName } from './agent-name.ts'
import { agentActor } from './status.ts'

/** The desired state that an agent has been given. */
export const givenState = (store: Store, agent: AgentName): Promise<DesiredState | null> =>
  store.transaction(agent.tenant, agentActor(agent), async (tx) => {
    const cluster = await tx.get('Cluster', agent.clusterUid)
    return cluster && readDesired(tx, cluster)
  })
