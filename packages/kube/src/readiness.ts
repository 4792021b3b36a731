import { groupOf, type KubeObject, type KubeType } from './object.ts'
import { conditionText, Fields, type Readiness, type Rule, ready, waiting } from './readiness-rule.ts'
import { workloadReadiness } from './readiness-workloads.ts'

const pod: Rule = ({ spec, status, conditions }) => {
  const phase = status.text('phase')
  if (phase === 'Succeeded') return ready('completed')
  if (phase === 'Failed') return waiting(`failed: ${podTrouble(status) || status.text('message')}`, 'look at its log')
  if (conditions.get('Ready')?.status === 'True') return ready('running and ready')
  const scheduled = conditions.get('PodScheduled')
  if (scheduled?.status === 'False')
    return waiting(conditionText(scheduled, 'not scheduled'), 'waits for a suitable node')
  if (!spec.has('nodeName')) return waiting('not scheduled yet', 'waits for the scheduler')
  const trouble = podTrouble(status)
  return trouble
    ? waiting(trouble, 'the kubelet tries again')
    : waiting(`phase ${phase || 'unknown'}`, 'waits for its containers')
}

/** Why the first troubled container does not run: `app: ImagePullBackOff: …`. */
export function podTrouble(status: Fields): string {
  for (const container of [...status.list('initContainerStatuses'), ...status.list('containerStatuses')]) {
    for (const state of [container.in('state').in('waiting'), container.in('state').in('terminated')]) {
      const reason = state.text('reason')
      const harmless = ['', 'Completed', 'ContainerCreating', 'PodInitializing'].includes(reason)
      if (!harmless) return `${container.text('name')}: ${[reason, state.text('message')].filter(Boolean).join(': ')}`
    }
  }
  return ''
}

const claim: Rule = ({ status }) =>
  status.text('phase') === 'Bound'
    ? ready('bound')
    : waiting(`phase ${status.text('phase') || 'Pending'}`, 'waits for a volume of its storage class')

const service: Rule = ({ spec, status }) => {
  if (spec.text('type') !== 'LoadBalancer') return ready('exists')
  if (status.in('loadBalancer').list('ingress').length > 0 || spec.has('externalIPs')) return ready('has an address')
  return waiting('has no external address yet', 'waits for a load balancer of the cloud')
}

const definition: Rule = ({ conditions }) => {
  const refused = conditions.get('NamesAccepted')
  if (refused?.status === 'False')
    return waiting(conditionText(refused, 'names are taken'), 'remove the other definition')
  return conditions.get('Established')?.status === 'True'
    ? ready('served')
    : waiting('not served yet', 'waits for the API server')
}

const namespace: Rule = ({ status }) =>
  status.text('phase') === 'Terminating'
    ? waiting('is being deleted', 'waits until everything in it is gone')
    : ready('active')

const apiService: Rule = ({ conditions }) => {
  const available = conditions.get('Available')
  return available?.status === 'True'
    ? ready('available')
    : waiting(conditionText(available, 'not available yet'), 'waits for the service behind it')
}

const disruptionBudget: Rule = () => ready('exists')

/**
 * Everything else, by convention: a controller that has seen this generation and raises no alarm.
 * Objects without conditions are ready by existing.
 */
const byConditions: Rule = ({ conditions }) => {
  const stalled = conditions.get('Stalled')
  if (stalled?.status === 'True') return waiting(conditionText(stalled, 'stalled'), 'a person has to act')
  const reconciling = conditions.get('Reconciling')
  if (reconciling?.status === 'True')
    return waiting(conditionText(reconciling, 'being reconciled'), 'waits for its controller')
  const readyCondition = conditions.get('Ready')
  if (readyCondition && readyCondition.status !== 'True')
    return waiting(conditionText(readyCondition, 'not ready'), 'waits for its controller')
  return ready(readyCondition ? 'ready' : 'exists')
}

const rules: Record<string, Rule> = {
  ...workloadReadiness,
  '/Pod': pod,
  '/PersistentVolumeClaim': claim,
  '/Service': service,
  '/Namespace': namespace,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
  'apiregistration.k8s.io/APIService': apiService,
  'policy/PodDisruptionBudget': disruptionBudget,
}

export type { Readiness } from './readiness-rule.ts'

/** Built-in groups whose objects are ready by existing. */
const plainGroups = new Set([
  'rbac.authorization.k8s.io',
  'networking.k8s.io',
  'storage.k8s.io',
  'scheduling.k8s.io',
  'admissionregistration.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'discovery.k8s.io',
])

/** Kinds whose readiness can differ from "it exists": listed ones, and custom resources. */
export const hasReadiness = (type: KubeType): boolean => {
  const group = groupOf(type.apiVersion)
  return rules[`${group}/${type.kind}`] !== undefined || (group.includes('.') && !plainGroups.has(group))
}

/** Judges a live object by its own status, as kstatus does. Pure. */
export function readiness(object: KubeObject): Readiness {
  const metadata = new Fields(object.metadata)
  if (metadata.has('deletionTimestamp')) {
    const finalizers = object.metadata.finalizers ?? []
    const next = finalizers.length > 0 ? `waits for finalizers ${finalizers.join(', ')}` : 'waits until it is gone'
    return waiting('is being deleted', next)
  }
  const status = new Fields(object.status)
  const generation = metadata.number('generation')
  if (status.has('observedGeneration') && status.number('observedGeneration') < generation)
    return waiting('its newest change is not observed yet', 'waits for its controller')
  const conditions = new Map(
    status
      .list('conditions')
      .map((condition) => [
        condition.text('type'),
        { status: condition.text('status'), reason: condition.text('reason'), message: condition.text('message') },
      ]),
  )
  const rule = rules[`${groupOf(object.apiVersion)}/${object.kind}`] ?? byConditions
  return rule({ spec: new Fields(object.spec), status, metadata, conditions })
}
