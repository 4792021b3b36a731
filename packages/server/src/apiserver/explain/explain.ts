import { clusterStateOf } from '@atrium/api/cluster-state.ts'
import { type Condition, clusterConditions as types } from '@atrium/api/conditions.ts'
import type { AtriumCause, AtriumExplanation } from '@atrium/api/generated/operations.d.ts'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import { about, causeOf, messageAndNextStep, shortened } from './causes.ts'
import { type ExplainFacts, explained, followsFrom } from './follows.ts'

/** Servers end a session after six missed heartbeats at the latest: one that is this late is looked after by none. */
const lateMs = 12 * linkLimits.heartbeatMs

/** Why the cluster is not ready: the root cause first, in the order of its life, and what only follows from it. Pure. */
export function explainCluster(facts: ExplainFacts): AtriumExplanation {
  const { cluster } = facts
  if (cluster.meta.deletedAt !== null) return answer(facts, [deletion(facts)], [])
  const wrong = new Map(conditionsOf(facts).flatMap((one) => (one.status === 'True' ? [] : [[one.type, one] as const])))
  const causes: AtriumCause[] = []
  const consequences: AtriumExplanation['consequences'] = []
  for (const condition of wrong.values()) {
    const follows = followsFrom(condition, wrong, facts)
    const { type, reason, message, lastTransitionTime: since } = condition
    if (follows === null) causes.push(causeOf(condition, facts))
    else consequences.push({ condition: type, reason, message, since, follows })
  }
  if (!wrong.has(types.agentReady)) causes.push(...silence(facts))
  causes.sort((a, b) => explained.indexOf(a.condition) - explained.indexOf(b.condition))
  return answer(facts, [...causes, ...unseenChange(facts)], consequences)
}

function answer(
  facts: ExplainFacts,
  causes: AtriumCause[],
  consequences: AtriumExplanation['consequences'],
): AtriumExplanation {
  const { cluster } = facts
  const serves = cluster.meta.deletedAt === null && conditionOf(facts, types.ready)?.status === 'True'
  return {
    ready: causes.length === 0,
    serves,
    state: clusterStateOf(cluster),
    summary: summaryOf(cluster.meta.name, serves, causes),
    causes,
    consequences,
    checked: conditionsOf(facts).map(({ type }) => type),
  }
}

function summaryOf(name: string, serves: boolean, [root, ...others]: AtriumCause[]): string {
  if (!root) return `Cluster ${name} is ready: all that was checked is as declared.`
  const more = others.length > 0 ? ` (${others.length} more, independent of it)` : ''
  if (root.area === 'deletion') return `Cluster ${name} is being deleted: ${root.message}`
  return `Cluster ${name} ${serves ? 'serves, but something is not as declared' : 'is not ready'}: ${root.message}${more}`
}

const conditionOf = ({ cluster }: ExplainFacts, type: string): Condition | undefined =>
  cluster.conditions.find((one) => one.type === type)

/** In the order of its life. */
const conditionsOf = (facts: ExplainFacts): Condition[] => explained.flatMap((type) => conditionOf(facts, type) ?? [])

/** A session that counts as open although nobody hears the agent. */
function silence({ heartbeatAt, now, cluster }: ExplainFacts): AtriumCause[] {
  const connected = cluster.status.agent?.connected === true
  if (!connected || heartbeatAt === null || now - Date.parse(heartbeatAt) <= lateMs) return []
  return [
    {
      ...{ area: 'agent', condition: types.agentReady, reason: 'HeartbeatLate', since: heartbeatAt, about: [] },
      message: `The last heartbeat of the agent came at ${heartbeatAt}: what is told of the cluster may be out of date.`,
      ...{ waitsFor: 'a heartbeat, or a server that ends the session', needsPerson: false },
      nextStep: 'Look whether the servers run and reach the database; then at the agent pod.',
    },
  ]
}

/** What was declared last and no controller has looked at yet. */
function unseenChange({ cluster: { meta, conditions } }: ExplainFacts): AtriumCause[] {
  const ready = conditions.find(({ type }) => type === types.ready)
  const seen = ready?.observedGeneration ?? (ready ? meta.generation : 0)
  if (seen >= meta.generation) return []
  const what = ready
    ? `Revision ${meta.generation} was declared; revision ${seen} was looked at last.`
    : 'No controller has looked at the cluster yet.'
  return [
    {
      ...{ area: 'plane', condition: types.ready, reason: 'NotLookedAt', message: what, about: [] },
      since: ready ? meta.modifiedAt : meta.createdAt,
      ...{ waitsFor: 'a controller to take it off the work queue', needsPerson: false },
      nextStep: 'Nothing, unless it lasts: then look whether a server runs, and at its log.',
    },
  ]
}

function deletion({ cluster: { meta, status, conditions } }: ExplainFacts): AtriumCause {
  const told = conditions.find(({ type }) => type === types.deleting)
  const remaining = status.remaining ?? []
  const blocked = told ? (status.failure ?? null) : null
  const [message, nextStep] = told ? messageAndNextStep(told) : ['Deletion was asked for and begins.', 'Nothing.']
  return {
    ...{ area: 'deletion', condition: types.deleting, reason: told?.reason ?? 'RemovingInfrastructure' },
    message: blocked?.message ?? message,
    since: meta.deletedAt,
    waitsFor: blocked ? 'a person' : 'the cloud to remove what is left',
    nextStep: blocked?.nextStep ?? nextStep,
    needsPerson: blocked !== null,
    about: shortened(remaining.map(({ kind, id, waitingFor }) => about(kind, id, waitingFor))),
  }
}
