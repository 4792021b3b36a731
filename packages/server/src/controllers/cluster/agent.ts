import { messageOf } from '@atrium/runtime/base/errors.ts'
import { agentNames } from './agent-manifest.ts'
import { agentDigest, keepAgent, pushAgent } from './agent-push.ts'
import type { Scope } from './scope.ts'

/** Condition AgentReady; keeps the agent installed. */
export async function reconcileAgent(scope: Scope): Promise<void> {
  const { agent, reportedEpoch = 0 } = scope.cluster.status
  if (scope.kubeconfig && (await isPushDue(scope))) await tryPush(scope, scope.kubeconfig)
  if (scope.drafts.has('AgentReady')) return
  // What it said before it was away tells nothing of now: a cluster that was stopped, or restored, counted as healthy.
  if (agent?.connected && reportedEpoch <= (agent.endedEpoch ?? -1))
    return scope.say('AgentReturning', 'The agent is back; waiting for what it reports of the cluster as it is now.')
  if (agent?.connected) return scope.say('AgentConnected', `Agent ${agent.version} is connected.`)
  if (agent?.lastHeartbeatAt) {
    scope.lookAgainIn(awayLookMs(scope, agent.lastHeartbeatAt))
    return scope.say('AgentDisconnected', `The agent was last heard of at ${agent.lastHeartbeatAt}. ${whereToLook}`)
  }
  // It tells when it comes, and a person may take days.
  if (scope.isImported)
    return scope.say('WaitingForManifest', 'The agent comes with the manifest that its owner applies to the cluster.')
  scope.lookAgainIn(scope.deps.timing.busyMs)
  if (scope.kubeconfig)
    return scope.say('AgentInstalling', `The agent is installed; waiting for its first report. ${whereToLook}`)
  scope.say('WaitingForControlPlane', 'The agent is installed once the API server answers.')
}

/** Ever less often, the longer it is away: it tells when it is back, and half a fleet may be away for days. */
function awayLookMs({ deps: { timing, clock } }: Scope, lastHeardAt: string): number {
  return Math.max(timing.busyMs, (clock.now() - Date.parse(lastHeardAt)) / 10)
}

/** What keeps it away is known in its cluster alone: the plane hears nothing of it. */
const whereToLook =
  `If it lasts, its log says why: kubectl -n ${agentNames.namespace} logs deployment/${agentNames.agent} ` +
  `(or describe pods, when there is none).`

/** A silent agent is looked after closely; a connected one only now and then, and when this plane brings a new one. */
async function isPushDue(scope: Scope): Promise<boolean> {
  const { agentPush } = scope.cluster.status
  const { agent, timing, clock } = scope.deps
  if (!agentPush || (agentPush.digest !== agentDigest(agent) && !(await isLocked(scope)))) return true
  const age = clock.now() - Date.parse(agentPush.at)
  return age >= (scope.agentConnected ? timing.agentCheckMs : timing.observeMs)
}

/** It has an agent, and is to keep that one: so says the cluster, its project or its tenant. */
async function isLocked({ deps, cluster: { meta, spec, status } }: Scope): Promise<boolean> {
  if (status.agentPush === undefined) return false
  return spec.agentUpgrades === 'lock' || deps.areUpgradesLocked(meta.tenant, meta.project)
}

async function tryPush(scope: Scope, kubeconfig: NonNullable<Scope['kubeconfig']>): Promise<void> {
  const { deps } = scope
  try {
    const access = await deps.openCluster(kubeconfig)
    try {
      const cluster = { tenant: scope.tenant, clusterUid: scope.uid }
      const { agent, tokens, timing, clock } = deps
      const { tokenMaxAgeMs } = timing
      const connected = scope.agentConnected
      const input = { access, tokens, agent, cluster, connected, now: clock.now(), tokenMaxAgeMs }
      const kept = (await isLocked(scope)) ? await keepAgent(input) : false
      const digest = kept ? (scope.cluster.status.agentPush?.digest ?? '') : await pushAgent(input)
      scope.patch.agentPush = { digest, at: scope.nowIso }
    } finally {
      await access.close()
    }
  } catch (error) {
    // The API server may refuse or vanish at any moment; the agent is pushed again in the next run.
    deps.logger.warn({ cluster: scope.uid, error: messageOf(error) }, 'the agent could not be pushed')
    scope.lookAgainIn(deps.timing.busyMs)
    if (!scope.agentConnected) scope.say('AgentPushFailed', messageOf(error))
  }
}
