import type {
  AtriumDeviation,
  v1CloudConfigMeta,
  v1ClusterCondition,
  v1ClusterPackStatus,
} from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { formatAge, formatTable, type TableOptions } from '../output/table.ts'
import { listEvents } from './events.ts'
import { readOverview } from './find.ts'
import { listMachines } from './machines.ts'

const EVENTS = 15

/** A cluster as text: state and why, layers, machines, deviations and newest events. */
export async function describeCluster(
  client: Client,
  uid: string,
  nowMs: number,
  fit: TableOptions = {},
): Promise<string> {
  const [overview, deviations, events] = await Promise.all([
    readOverview(client, uid),
    client.call('GET /atrium/v1/clusters/{uid}/deviations', { params: { uid } }),
    listEvents(client, uid, EVENTS),
  ])
  const { metadata, spec, status } = overview
  const endpoint = status?.apiEndpoints?.[0]
  const open = deviations.items.filter((one) => one.state !== 'repaired')
  return [
    `Name:        ${metadata?.name} (${uid})`,
    `State:       ${status?.state}, ${status?.health?.state}`,
    `Kubernetes:  ${status?.kubeMeta?.kubernetesVersion ?? 'not known yet'}${endpoint ? ` at https://${endpoint.host}:${endpoint.port}` : ''}`,
    `Cloud:       ${spec?.cloudConfig?.cloudType}, account ${spec?.cloudaccount?.name}`,
    `Profiles:    ${(spec?.clusterProfileTemplates ?? []).map(({ name }) => name).join(', ')}`,
    '',
    conditionTable(status?.conditions ?? [], nowMs, fit),
    '',
    layerTable(status?.packs ?? [], fit),
    '',
    await machineTable(client, spec?.cloudConfig, fit),
    '',
    deviationTable(open, nowMs, fit),
    '',
    formatTable(
      ['AGE', 'SEVERITY', 'REASON', 'ABOUT', 'MESSAGE'],
      events.map((event) => [
        formatAge(event.metadata?.creationTimestamp, nowMs),
        event.severity ?? '',
        event.reason ?? '',
        event.involvedObject?.name ?? '',
        event.message ?? '',
      ]),
      fit,
    ),
  ].join('\n')
}

function deviationTable(open: readonly AtriumDeviation[], nowMs: number, fit: TableOptions): string {
  if (open.length === 0) return 'No open deviations.'
  const table = formatTable(
    ['DEVIATION', 'OBJECT', 'LAYER', 'ACTION', 'SINCE', 'MESSAGE'],
    open.map((one) => [
      one.type,
      one.object,
      one.layer ?? '-',
      one.action,
      formatAge(one.detectedAt, nowMs),
      one.message,
    ]),
    fit,
  )
  const differences = open.flatMap(({ object, diff }) => diff.map((line) => [object, ...differenceCells(line)]))
  if (differences.length === 0) return table
  return `${table}\n\n${formatTable(['DIFFERENCE IN', 'FIELD', 'LIVE', 'DECLARED'], differences, fit)}`
}

const differenceCells = ({ path, live, desired }: AtriumDeviation['diff'][number]): string[] => [
  path,
  formatValue(live),
  formatValue(desired),
]

const VALUE_CHARACTERS = 60
/** Absent values are null in an answer. */
function formatValue(value: unknown): string {
  const text = value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > VALUE_CHARACTERS ? `${line.slice(0, VALUE_CHARACTERS - 1)}…` : line
}

const conditionTable = (conditions: readonly v1ClusterCondition[], nowMs: number, fit: TableOptions): string =>
  formatTable(
    ['CONDITION', 'STATUS', 'REASON', 'SINCE', 'MESSAGE'],
    conditions.map(({ type, status, reason, lastTransitionTime, message }) => [
      type,
      status,
      reason ?? '',
      formatAge(lastTransitionTime, nowMs),
      message ?? '',
    ]),
    fit,
  )

const layerTable = (packs: readonly v1ClusterPackStatus[], fit: TableOptions): string =>
  formatTable(
    ['LAYER', 'VERSION', 'STATE', 'MESSAGE'],
    packs.map(({ name, version, condition }) => [
      name ?? '',
      version ?? '',
      condition?.type ?? '',
      condition?.message ?? '',
    ]),
    fit,
  )

async function machineTable(client: Client, config: v1CloudConfigMeta | undefined, fit: TableOptions): Promise<string> {
  const rows = (await listMachines(client, config)).map(({ pool, machine: { metadata, status } }) => [
    metadata?.name ?? '',
    pool,
    status?.instanceState ?? '',
    status?.ready ? 'ready' : 'not ready',
    status?.health?.conditions?.[0]?.message ?? '',
  ])
  return formatTable(['MACHINE', 'POOL', 'STATE', 'NODE', 'MESSAGE'], rows, fit)
}
