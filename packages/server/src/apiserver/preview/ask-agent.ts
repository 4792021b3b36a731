import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { PreviewAnswer } from '@atrium/api/link/preview.ts'
import { redactDeep } from '@atrium/runtime/base/redact.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { buildDesiredState } from '../../content/desired-state.ts'
import type { ResolvedProfiles } from '../../content/resolve.ts'
import type { ServerContext } from '../../context.ts'

/** What the agent says of the live cluster, or why there is no such word. */
export type LiveView = { answer: Pick<PreviewAnswer, 'layers' | 'notes'> } | { reason: string }

/** Asks the cluster's agent what it would do, were it given these layers. */
export async function askAgent(
  context: ServerContext,
  { meta, status }: StoredObject<'Cluster'>,
  { policy, maintenance }: ClusterSpec,
  { layers, kubernetesVersion, sensitive }: ResolvedProfiles,
  redact: (text: string) => string,
): Promise<LiveView> {
  const { agent, desired, applied } = status
  const about = { clusterUid: meta.uid, clusterName: meta.name, kubernetesVersion, policy, maintenance }
  const input = { ...about, sensitive, layers }
  const built = buildDesiredState(input, desired, desired?.epoch ?? 1)
  if (!built.ok) return { reason: built.message }
  const isApplied =
    desired !== undefined && applied?.generation === desired.generation && applied.epoch === desired.epoch
  if (!built.changed && isApplied) return { answer: { layers: [], notes: [] } }
  if (!agent?.enrolled) return { reason: 'its agent has not come yet' }
  if (!agent.connected)
    return { reason: `its agent is not connected; last heard of ${agent.lastHeartbeatAt ?? 'never'}` }
  const name = { tenant: meta.tenant, clusterUid: meta.uid }
  const outcome = await context.askPreview?.(name, { desired: built.state, texts: built.blobs })
  if (!outcome) return { reason: 'this server has no link to agents' }
  if ('reason' in outcome) return outcome
  const { failure, layers: steps, notes } = outcome.answer
  if (failure !== null) return { reason: redact(failure) }
  // The agent does so too; this is for those that do not.
  return { answer: redactDeep({ layers: steps, notes }, redact) as Pick<PreviewAnswer, 'layers' | 'notes'> }
}
