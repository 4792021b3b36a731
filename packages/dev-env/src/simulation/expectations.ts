import { clusterHealthOf, clusterStateOf } from '@atrium/api/cluster-state.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { differences } from './intents.ts'
import type { Problem } from './problems.ts'
import { tenant } from './server.ts'
import { type World, watcher } from './world.ts'

/** What keeps the world from being as everybody was told it would be; empty = it has converged. */
export async function unsettled(world: World): Promise<Problem[]> {
  const { items: clusters } = await world.store.transaction(tenant, watcher, (tx) => tx.list('Cluster'))
  const declared = clusters.map(({ meta, spec }) => ({
    cluster: meta.uid,
    machines: spec.machinePools.reduce((sum, { size }) => sum + size, 0),
  }))
  const strays = world.ledger.compare(world.cloud.fake.inventory(), declared)
  const waiting = world.users.filter(({ isDone }) => !isDone).map(({ intent }) => `${intent.name} waits for an answer`)
  const of = (checker: Problem['checker'], messages: string[]): Problem[] =>
    messages.map((message) => ({ checker, message }))
  return [
    ...of('ledger', strays),
    ...of('intents', unkept(world, clusters)),
    ...of('convergence', [...waiting, ...clusters.flatMap(unwell)]),
  ]
}

/** What users were told ok of and is not so. */
const unkept = (world: World, clusters: readonly StoredObject<'Cluster'>[]): string[] =>
  world.intents.intents.flatMap((intent) => {
    const cluster = clusters.find(({ meta }) => meta.uid === intent.uid)
    if (intent.deletion === 'told') return cluster ? [`${intent.name} is not deleted`] : []
    if (!intent.acknowledged) return []
    if (!cluster) return [`${intent.name} does not exist`]
    if (!sameJson(cluster.spec, intent.acknowledged.spec)) return [`${intent.name} is not what was told ok`]
    return differences(cluster.spec, world.installedIn(intent.uid)).map((text) => `${intent.name}: ${text}`)
  })

const unwell = (cluster: StoredObject<'Cluster'>): string[] => {
  const { meta, status } = cluster
  const shown = `${clusterStateOf(cluster)}-${clusterHealthOf(cluster).state}`
  return [
    ...(shown === 'Running-Healthy' ? [] : [`${meta.name} is ${shown}: ${reasons(cluster)}`]),
    ...(status.observedGeneration === meta.generation ? [] : [`${meta.name} was not looked at since its last change`]),
    ...(status.desired && status.applied?.generation === status.desired.generation
      ? []
      : [`${meta.name} has not applied its newest desired state`]),
  ]
}

const reasons = ({ conditions }: StoredObject<'Cluster'>): string =>
  conditions
    .filter(({ status }) => status !== 'True')
    .map(({ type, reason, message }) => `${type} ${reason} ${message}`.slice(0, 160))
    .join(', ')
