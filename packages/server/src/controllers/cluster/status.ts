import type { ClusterReason } from '@atrium/api/cluster-reasons.ts'
import { clusterConditions as types } from '@atrium/api/conditions.ts'
import type { ClusterState, ClusterStatus, Progress } from '@atrium/api/kinds/cluster.ts'
import { type ConditionDraft, summarise } from '@atrium/runtime/controller/conditions.ts'
import type { Failure } from './failure.ts'

/** What a run found, as far as the status depends on it. */
export interface Findings {
  generation: number
  before: ClusterStatus
  drafts: ReadonlyMap<string, ConditionDraft>
  failures: readonly Failure[]
  machines: { total: number; ready: number }
  layers: { total: number; ready: number }
  /** Something exists in the cloud, or was begun. */
  begun: boolean
  imported: boolean
  now: number
  stepLimitMs: number
}

export interface ComputedStatus {
  status: Partial<ClusterStatus>
  conditions: ConditionDraft[]
}

/** The steps of a cluster's life with the condition that ends each. */
const steps = [
  { step: 'Profile', type: types.profileResolved, next: 'the infrastructure is created' },
  { step: 'Infrastructure', type: types.infrastructureReady, next: 'the control plane starts' },
  { step: 'ControlPlane', type: types.controlPlaneReady, next: 'the agent is installed' },
  { step: 'Agent', type: types.agentReady, next: 'machines join' },
  { step: 'Machines', type: types.machinesReady, next: 'layers are installed' },
  { step: 'Layers', type: types.layersReady, next: 'the cluster runs' },
] as const

/** Every condition of a living cluster, each with a draft: those nobody spoke for are unknown. */
export const ownConditions: readonly string[] = [
  ...steps.map((step) => step.type),
  types.inSync,
  types.ready,
  types.stalled,
  types.deleting,
]

/** The whole status of a cluster that is not being deleted, from what the phases found. Pure. */
export function computeStatus(findings: Findings): ComputedStatus {
  const { before, generation, failures } = findings
  const parts = steps.map(({ type }) => draftOf(findings, type))
  const ready = readyDraft(findings, parts)
  const progress = computeProgress(findings)
  const stalledFor = findings.now - Date.parse(progress.since)
  // Until somebody applies the manifest of an imported cluster: that may take as long as they like.
  const awaitsPerson = findings.imported && before.agent === undefined
  const overdue = ready.status !== 'True' && stalledFor > findings.stepLimitMs && !awaitsPerson
  const failure = worstFailure(failures) ?? (overdue ? noProgress(findings, progress) : layerFailure(findings))
  const running = before.runningSince !== undefined || ready.status === 'True'
  const blocked = failures.some(({ reaction }) => reaction === 'user') || overdue
  const status: Partial<ClusterStatus> = {
    state: stateOf({ running, blocked, begun: findings.begun, imported: findings.imported }),
    health: healthOf(findings, ready),
    progress,
    failure,
    ...(running && !before.runningSince ? { runningSince: new Date(findings.now).toISOString() } : {}),
    ...(draftOf(findings, types.profileResolved).status === 'True' ? { observedGeneration: generation } : {}),
  }
  const stalled = stalledDraft(findings, blocked, failure)
  return { status, conditions: [...parts, draftOf(findings, types.inSync), ready, stalled] }
}

/** Serving is not being equal to what was declared: an open deviation is said, and is condition InSync's to judge. */
function readyDraft(findings: Findings, parts: readonly ConditionDraft[]): ConditionDraft {
  const deviates = draftOf(findings, types.inSync).status === 'False'
  const message = deviates
    ? 'The cluster serves, but something differs from what was declared: see InSync.'
    : 'The cluster serves what was declared.'
  const ready = { ...summarise(types.ready, parts, message), observedGeneration: findings.generation }
  const reason: ClusterReason = deviates ? 'ServesWithDeviation' : 'AsDeclared'
  return ready.status === 'True' ? { ...ready, reason } : ready
}

const draftOf = ({ drafts, generation }: Findings, type: string): ConditionDraft =>
  drafts.get(type) ?? {
    type,
    status: 'Unknown',
    reason: 'NotObserved' satisfies ClusterReason,
    message: 'It could not be looked at, because an earlier step failed.',
    observedGeneration: generation,
  }

function stateOf(now: { running: boolean; blocked: boolean; begun: boolean; imported: boolean }): ClusterState {
  if (now.running) return 'Running'
  if (now.blocked) return 'Failed'
  if (now.imported) return 'Importing'
  return now.begun ? 'Provisioning' : 'Pending'
}

function healthOf(findings: Findings, ready: ConditionDraft): NonNullable<ClusterStatus['health']> {
  const agent = draftOf(findings, types.agentReady)
  if (agent.status !== 'True') return { state: 'Unknown', message: agent.message }
  if (ready.status === 'True') {
    const deviations = findings.before.openDeviations ?? 0
    return { state: 'Healthy', message: deviations > 0 ? `${deviations} deviations are open.` : '' }
  }
  return { state: 'UnHealthy', message: ready.message }
}

function computeProgress(findings: Findings): Progress {
  const { machines, layers } = findings
  const isDone = (type: string): boolean => draftOf(findings, type).status === 'True'
  const counted: string[] = [types.machinesReady, types.layersReady]
  const plain = steps.filter(({ type }) => !counted.includes(type))
  const done = plain.filter(({ type }) => isDone(type)).length + machines.ready + layers.ready
  const total = plain.length + machines.total + layers.total
  const [current, following] = steps.filter(({ type }) => !isDone(type))
  const step = current?.step ?? 'Running'
  const next = steps[(following ? steps.indexOf(following) : steps.length) - 1]?.next
  const message = current ? `${draftOf(findings, current.type).message} Next: ${next}.` : 'Everything is as declared.'
  return { step, message, done, total, ...measure(findings, step, done) }
}

/** Since when it is no further than it was: a layer that comes and goes never gets anywhere, and must not wait for ever. */
function measure(findings: Findings, step: string, done: number): Pick<Progress, 'since' | 'furthest'> {
  const { before, generation, now } = findings
  const since = new Date(now).toISOString()
  const former = before.progress
  const mark = former?.furthest
  const isSameWay = mark?.generation === generation && (former?.step !== 'Running' || step === 'Running')
  if (!former || !mark || !isSameWay) return { since, furthest: { generation, step, done } }
  const isFurther = orderOf(step) > orderOf(mark.step) || done > mark.done
  if (!isFurther) return { since: former.since, furthest: mark }
  const furthestStep = orderOf(step) > orderOf(mark.step) ? step : mark.step
  return { since, furthest: { generation, step: furthestStep, done: Math.max(done, mark.done) } }
}

/** `Running` comes after the last step. */
const orderOf = (step: string): number => {
  const index = steps.findIndex((one) => one.step === step)
  return index < 0 ? steps.length : index
}

const rank: Record<Failure['reaction'], number> = { user: 0, quota: 1, retry: 2 }
function worstFailure(failures: readonly Failure[]): NonNullable<ClusterStatus['failure']> | null {
  const [worst] = failures.toSorted((a, b) => rank[a.reaction] - rank[b.reaction])
  return worst ? { reason: worst.detail, message: worst.message, nextStep: worst.nextStep } : null
}

function noProgress({ before }: Findings, progress: Progress): NonNullable<ClusterStatus['failure']> {
  const waiting = (before.layers ?? []).filter((layer) => layer.state !== 'Ready').map(({ name }) => name)
  const isLayers = progress.step === ('Layers' satisfies (typeof steps)[number]['step']) && waiting.length > 0
  const what = isLayers ? `the objects of layer ${waiting.join(', ')} in the cluster` : 'what it waits for'
  return {
    reason: 'NoProgress' satisfies ClusterReason,
    message: `Step ${progress.step} waits since ${progress.since}: ${progress.message}`,
    nextStep: `Look at ${what}; it is still tried.`,
  }
}

function layerFailure(findings: Findings): NonNullable<ClusterStatus['failure']> | null {
  const layers = draftOf(findings, types.layersReady)
  if (layers.reason !== ('LayerFailed' satisfies ClusterReason)) return null
  const nextStep = 'Correct the values or the version of the layer; the former release keeps serving.'
  return { reason: layers.reason, message: layers.message, nextStep }
}

function stalledDraft(findings: Findings, blocked: boolean, failure: ClusterStatus['failure']): ConditionDraft {
  const base = { type: types.stalled, observedGeneration: findings.generation }
  if (!blocked || !failure)
    return { ...base, status: 'False', reason: 'Progressing' satisfies ClusterReason, message: '' }
  const person = findings.failures.some(({ reaction }) => reaction === 'user')
  const reason: ClusterReason = person ? 'WaitingForPerson' : 'NoProgress'
  return { ...base, status: 'True', reason, message: `${failure.message} Next step: ${failure.nextStep}` }
}
