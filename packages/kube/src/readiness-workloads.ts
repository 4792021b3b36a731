import { conditionText, type Readiness, type Rule, ready, type Seen, waiting } from './readiness-rule.ts'

const PODS_NEXT = 'waits for its pods'

/** Controllers always write observedGeneration; without it nothing has looked at the object yet. */
const unobserved = ({ status }: Seen, controller: string): Readiness | null =>
  status.has('observedGeneration') ? null : waiting('no controller has seen it yet', `waits for the ${controller}`)

const deployment: Rule = (seen) => {
  const early = unobserved(seen, 'deployment controller')
  if (early) return early
  const { spec, status, conditions } = seen
  const progressing = conditions.get('Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return waiting(
      conditionText(progressing, 'makes no progress'),
      'look at its pods, or go back to the former version',
    )
  const failure = conditions.get('ReplicaFailure')
  if (failure?.status === 'True')
    return waiting(conditionText(failure, 'pods cannot be made'), 'remove what refuses them')
  const wanted = spec.number('replicas', 1)
  const updated = status.number('updatedReplicas')
  const available = status.number('availableReplicas')
  if (updated < wanted) return waiting(`${updated} of ${wanted} pods are of the newest version`, PODS_NEXT)
  if (status.number('replicas') > updated)
    return waiting(
      `${status.number('replicas') - updated} pods of the former version remain`,
      'waits until they are gone',
    )
  if (available < updated) return waiting(`${available} of ${wanted} pods are available`, PODS_NEXT)
  return ready(`${available} of ${wanted} pods are available`)
}

const replicaSet: Rule = (seen) => {
  const wanted = seen.spec.number('replicas', 1)
  const early = wanted === 0 ? null : unobserved(seen, 'replica set controller')
  if (early) return early
  const available = seen.status.number('availableReplicas')
  const text = `${available} of ${wanted} pods are available`
  return available < wanted ? waiting(text, PODS_NEXT) : ready(text)
}

const statefulSet: Rule = (seen) => {
  const early = unobserved(seen, 'stateful set controller')
  if (early) return early
  const { spec, status } = seen
  const wanted = spec.number('replicas', 1)
  const readyPods = status.number('readyReplicas')
  if (readyPods < wanted) return waiting(`${readyPods} of ${wanted} pods are ready`, PODS_NEXT)
  const strategy = spec.in('updateStrategy')
  if (strategy.text('type') === 'OnDelete') return ready(`${readyPods} of ${wanted} pods are ready`)
  const toUpdate = Math.max(0, wanted - strategy.in('rollingUpdate').number('partition'))
  const updated = status.number('updatedReplicas')
  const done = status.text('currentRevision') === status.text('updateRevision')
  if (!done && updated < toUpdate) return waiting(`${updated} of ${toUpdate} pods are of the newest version`, PODS_NEXT)
  return ready(`${readyPods} of ${wanted} pods are ready`)
}

const daemonSet: Rule = (seen) => {
  const early = unobserved(seen, 'daemon set controller')
  if (early) return early
  const { spec, status } = seen
  const wanted = status.number('desiredNumberScheduled')
  const updated = status.number('updatedNumberScheduled')
  if (spec.in('updateStrategy').text('type') !== 'OnDelete' && updated < wanted)
    return waiting(`${updated} of ${wanted} nodes run the newest version`, PODS_NEXT)
  const available = status.number('numberAvailable')
  const text = `available on ${available} of ${wanted} nodes`
  return available < wanted ? waiting(text, PODS_NEXT) : ready(text)
}

const job: Rule = ({ spec, status, conditions }) => {
  const failed = conditions.get('Failed')
  if (failed?.status === 'True') return waiting(`failed: ${conditionText(failed, '')}`, 'look at its log')
  if (conditions.get('Complete')?.status === 'True') return ready('completed')
  if (spec.flag('suspend')) return ready('suspended')
  const done = status.number('succeeded')
  return waiting(`${done} of ${spec.number('completions', 1)} completed`, 'waits until it ends')
}

export const workloadReadiness: Record<string, Rule> = {
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'batch/Job': job,
  '/ReplicationController': replicaSet,
}
