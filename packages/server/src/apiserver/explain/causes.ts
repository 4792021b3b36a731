import { type ClusterReason, clusterReasons } from '@atrium/api/cluster-reasons.ts'
import { type Condition, clusterConditions as types } from '@atrium/api/conditions.ts'
import type { AtriumCause } from '@atrium/api/generated/operations.d.ts'
import { type ExplainFacts, isWell, openDeviations } from './follows.ts'

interface Area {
  area: AtriumCause['area']
  /** Name of the step in `status.progress` that ends with this condition. */
  step: string
  /** What is awaited while no person has to act. */
  waitsFor: string
  about: (facts: ExplainFacts) => string[]
  /** When it began, where that is known better than from the condition. */
  since?: (facts: ExplainFacts) => string[]
}

const areas: Record<string, Area> = {
  [types.profileResolved]: { area: 'profile', step: 'Profile', waitsFor: 'the profile to resolve', about: () => [] },
  [types.infrastructureReady]: {
    area: 'cloud',
    step: 'Infrastructure',
    waitsFor: 'the cloud',
    about: ({ accountName }) => (accountName ? [`Cloud account ${accountName}`] : []),
  },
  [types.controlPlaneReady]: {
    area: 'controlPlane',
    step: 'ControlPlane',
    waitsFor: 'the API server to answer',
    about: () => [],
  },
  [types.agentReady]: { area: 'agent', step: 'Agent', waitsFor: 'the agent to report', about: () => [] },
  [types.machinesReady]: {
    area: 'machines',
    step: 'Machines',
    waitsFor: 'machines to run and their nodes to be ready',
    about: ({ machines }) =>
      machines
        .filter((machine) => !isWell(machine) || machine.status.nodeReady === false)
        .map(({ meta, status }) => about('Machine', meta.name, wordsOf(status))),
    since: ({ machines }) => machines.flatMap(({ status }) => status.unhealthySince ?? []),
  },
  [types.layersReady]: {
    area: 'layers',
    step: 'Layers',
    waitsFor: 'the agent to install the layers',
    about: ({ cluster }) =>
      (cluster.status.layers ?? [])
        .filter(({ state }) => state !== 'Ready')
        .map(({ name, state, message }) => about('Layer', name, message || state)),
  },
  [types.inSync]: {
    area: 'drift',
    step: '',
    waitsFor: 'the agent to repair it',
    about: ({ cluster }) => openDeviations(cluster).map(({ object, message }) => about('', object, message)),
    since: ({ cluster }) => openDeviations(cluster).map(({ detectedAt }) => detectedAt),
  },
}

/** Reasons that no waiting ends. */
const forPeople: ReadonlySet<string> = new Set<ClusterReason>([
  ...(['ProfilesMissing', 'ValuesInvalid', 'DesiredStateTooLarge'] as const),
  'KubernetesUpgradeFailed',
  ...(['ProviderRefused', 'QuotaExceeded', 'AccountMissing', 'ProviderMissing'] as const),
  ...([
    'MachineUnhealthy',
    'ControlPlaneMachineUnhealthy',
    'LayerFailed',
    'DeviationOpen',
    'DeviationContested',
  ] as const),
  'DeletionBlocked',
  'WaitingForManifest',
])

/** A condition that is not true by itself, as a person should read it. Pure. */
export function causeOf(condition: Condition, facts: ExplainFacts): AtriumCause {
  const { type, reason, lastTransitionTime } = condition
  const { area = 'plane', step, waitsFor = '', about: objects, since } = areas[type] ?? {}
  const { progress, failure } = facts.cluster.status
  const stuck = failure?.reason === 'NoProgress' && progress?.step === step ? failure : null
  const [message, nextStep] = messageAndNextStep(condition)
  const needsPerson = forPeople.has(reason) || stuck !== null
  const [first = lastTransitionTime] = (since?.(facts) ?? []).toSorted()
  return {
    area,
    condition: type,
    reason,
    message: stuck?.message ?? message,
    since: first,
    waitsFor: needsPerson ? 'a person' : waitsFor,
    nextStep: stuck?.nextStep ?? nextStep,
    needsPerson,
    about: shortened(objects?.(facts) ?? []),
  }
}

/** Failures say what to do behind what is wrong; the others have a step for their reason. */
export function messageAndNextStep({ reason, message }: Pick<Condition, 'reason' | 'message'>): [string, string] {
  const mark = ' Next step: '
  const place = message.lastIndexOf(mark)
  if (place >= 0) return [message.slice(0, place), message.slice(place + mark.length)]
  const known = Object.hasOwn(clusterReasons, reason) ? clusterReasons[reason as ClusterReason] : undefined
  return [message, known?.nextStep ?? 'Look at the conditions of the cluster.']
}

const shown = 10
export const shortened = (all: string[]): string[] =>
  all.length <= shown ? all : [...all.slice(0, shown), `and ${all.length - shown} more`]

export const about = (kind: string, name: string, words: string): string =>
  `${kind} ${name}`.trimStart() + (words ? `: ${words}` : '')

const wordsOf = (status: ExplainFacts['machines'][number]['status']): string =>
  status.unhealthyReason ||
  status.message ||
  (status.state === 'Running' ? 'its node is not ready' : (status.state ?? ''))
