import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { canonicalJson } from '@atrium/runtime/base/json.ts'
import { digestOf, readDesired } from '../../content/desired-state.ts'
import type { OperationsOutcome } from './operations.ts'
import type { Scope } from './scope.ts'

/**
 * Tells the agent of a cluster that is let go to remove itself; what it installed stays, as everything else does. `gone`: nothing of
 * ours is left there, or never was. `away`: it could not be told, and nobody is kept waiting for it.
 */
export async function removeAgent(scope: Scope): Promise<OperationsOutcome | 'gone' | 'away'> {
  const { agent, desired, applied } = scope.cluster.status
  if (!agent?.enrolled) return 'gone'
  const given = await scope.read((tx) => readDesired(tx, scope.cluster))
  const isTold = given?.leave === true
  if (!agent.connected) {
    const isTaken = applied?.epoch === desired?.epoch && applied?.generation === desired?.generation
    return isTold && isTaken ? 'gone' : 'away'
  }
  if (!isTold) await tell(scope, given)
  return { outcome: 'working', waitingFor: 'the agent to remove itself', pending: 0 }
}

/** The layers stay in it: an agent that is cut off on its way out must not take them for unwanted. */
async function tell(scope: Scope, given: DesiredState | null): Promise<void> {
  const { meta, spec, status } = scope.cluster
  const { drift, nodes } = spec.policy
  const unborn = {
    ...{ clusterUid: meta.uid, clusterName: meta.name, kubernetesVersion: '', layers: [] },
    policy: { drift, nodes },
  }
  const position = { epoch: scope.deps.epoch(), generation: (status.desired?.generation ?? 0) + 1 }
  const index = Buffer.from(canonicalJson({ ...(given ?? unborn), ...position, leave: true } satisfies DesiredState))
  await scope.transaction(async (tx) => {
    await tx.putBlob(index)
    await tx.updateStatus('Cluster', meta.uid, { status: { desired: { ...position, digest: digestOf(index) } } })
  })
}
