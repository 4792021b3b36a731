import type { ClusterStatus, Deviation, LayerStatus } from '@atrium/api/kinds/cluster.ts'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { AgentMessage, LayerReport } from '@atrium/api/link/protocol.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { readDesired } from '../../content/desired-state.ts'
import { isUnresolved, trimDeviations } from '../machine/plan.ts'
import { withoutSecrets } from './report-redaction.ts'

type Report = Exclude<AgentMessage, { type: 'heartbeat' }>
type Of<T extends Report['type']> = Extract<Report, { type: T }>

/**
 * The effect of one agent report: the only writer of `layers`, `nodes`, `metrics`, `applied`, `reportedHealth` and of the
 * agent's deviations. It writes facts; conditions are the cluster controller's, which it wakes when a fact changed.
 * Repeats change nothing, and values of sensitive variables are not kept. Call it in a transaction that holds only while the session is the cluster's newest.
 */
export async function applyReport(tx: Tx, clusterUid: string, told: Report, at: string): Promise<void> {
  const cluster = await tx.getForUpdate('Cluster', clusterUid)
  if (!cluster) return
  const report = await withoutSecrets(tx, cluster, told)
  if (report.type === 'events') return tx.appendEvents({ kind: 'Cluster', uid: clusterUid }, report.items)
  const facts = report.type === 'state' ? await stateFacts(tx, cluster, report, at) : deviationFacts(cluster, report)
  await tx.updateStatus('Cluster', clusterUid, { status: facts })
  if (report.type === 'deviations') await tellDeviations(tx, cluster, report.items)
  if (changesConditions(cluster.status, facts)) await tx.enqueue('Cluster', clusterUid)
}

/** Metrics alone wake nobody. */
function changesConditions(before: ClusterStatus, facts: Partial<ClusterStatus>): boolean {
  const { metrics: _metrics, ...rest } = facts
  return !sameJson({ ...before, ...rest }, before)
}

/** The first word of an agent that was away for the plane; of others it is no news, and a fleet that comes back writes nothing. */
const firstWord = ({ agent, reportedEpoch = 0 }: ClusterStatus): Partial<ClusterStatus> =>
  reportedEpoch <= (agent?.endedEpoch ?? -1) ? { reportedEpoch: agent?.sessionEpoch ?? 0 } : {}

async function stateFacts(
  tx: Tx,
  cluster: StoredObject<'Cluster'>,
  report: Of<'state'>,
  at: string,
): Promise<Partial<ClusterStatus>> {
  const { applied, health, nodes, kubernetesVersion, metrics, openDeviations } = report
  return {
    ...(applied ? { applied } : {}),
    reportedHealth: health,
    ...firstWord(cluster.status),
    nodes,
    kubernetesVersion,
    metrics,
    layers: await joinLayers(tx, cluster, report),
    ...(openDeviations && closeOthers(cluster, new Set(openDeviations), at)),
  }
}

/**
 * The layers of the newest desired state with what the agent says of each. While the agent still works on an older
 * one, a layer that differs waits; those it reports as of now keep their state.
 */
async function joinLayers(tx: Tx, cluster: StoredObject<'Cluster'>, report: Of<'state'>): Promise<LayerStatus[]> {
  const { desired } = cluster.status
  const layers = (await readDesired(tx, cluster))?.layers ?? []
  const current = report.working?.epoch === desired?.epoch && report.working?.generation === desired?.generation
  const reports = new Map(report.layers.map((layer) => [layer.id, layer]))
  return layers.map((layer) => {
    const told = reports.get(layer.id)
    const outdated = told !== undefined && !current && told.installedDigest !== layer.valuesDigest
    return {
      name: layer.name,
      profileUid: layer.profileUid,
      packUid: layer.packUid,
      version: layer.version,
      ...(told && !outdated ? stateOf(told) : waiting(told)),
    }
  })
}

const stateOf = ({ state, message, startedAt, finishedAt, installedDigest }: LayerReport) => ({
  ...{ state, message, startedAt, finishedAt, installedDigest },
})
const waiting = (told: { installedDigest: string | null } | undefined) => ({
  state: 'WaitingForOtherLayers' as const,
  message: 'The agent has not started on it yet.',
  startedAt: null,
  finishedAt: null,
  installedDigest: told?.installedDigest ?? null,
})

/** The layers of a desired state that was just made: those that stay as they are keep what was reported of them. */
export const expectLayers = (desired: DesiredState['layers'], before: readonly LayerStatus[]): LayerStatus[] =>
  desired.map(({ name, profileUid, packUid, version, valuesDigest }) => {
    const former = before.find((layer) => layer.name === name && layer.profileUid === profileUid)
    const stays = former?.packUid === packUid && former.version === version && former.installedDigest === valuesDigest
    if (former && stays) return former
    return { name, profileUid, packUid, version, ...waiting(former) }
  })

function deviationFacts(cluster: StoredObject<'Cluster'>, report: Of<'deviations'>): Partial<ClusterStatus> {
  const told = new Map(report.items.map((item): [string, Deviation] => [item.id, item as Deviation]))
  const kept = (cluster.status.deviations ?? []).filter((deviation) => !told.has(deviation.id))
  return deviationList([...told.values(), ...kept])
}

/** The agent may have died between a repair and its report, or the report was lost: what it no longer knows of is closed. */
function closeOthers(
  cluster: StoredObject<'Cluster'>,
  known: ReadonlySet<string>,
  at: string,
): Partial<ClusterStatus> | null {
  const before = cluster.status.deviations ?? []
  const isLeft = (one: Deviation): boolean => one.type !== 'node' && isUnresolved(one) && !known.has(one.id)
  if (!before.some(isLeft)) return null
  const message = 'The agent no longer sees it.'
  return deviationList(
    before.map((one) => {
      if (!isLeft(one)) return one
      const { contestedBy: _over, ...rest } = one
      return { ...rest, state: 'repaired', resolvedAt: at, message }
    }),
  )
}

const deviationList = (all: readonly Deviation[]): Partial<ClusterStatus> => {
  const deviations = trimDeviations(all)
  return { deviations, openDeviations: deviations.filter(isUnresolved).length }
}

async function tellDeviations(
  tx: Tx,
  cluster: StoredObject<'Cluster'>,
  items: Of<'deviations'>['items'],
): Promise<void> {
  const events = items.map((item) => ({
    id: `deviation:${item.id}:${item.contestedBy === undefined ? item.state : 'contested'}`,
    at: item.resolvedAt ?? item.detectedAt,
    severity: item.state === 'repaired' ? ('Info' as const) : ('Warning' as const),
    reason: eventReason(item),
    message: item.message.slice(0, 1024) || `${item.object}: ${item.type}`,
    involved: item.object,
    source: 'agent',
  }))
  await tx.appendEvents({ kind: 'Cluster', uid: cluster.meta.uid }, events)
}

function eventReason({ state, contestedBy }: Of<'deviations'>['items'][number]): string {
  if (state === 'open') return 'DeviationDetected'
  if (state === 'repaired') return 'DeviationRepaired'
  return contestedBy === undefined ? 'RepairFailed' : 'DeviationContested'
}
