import type {
  v1ClusterConfig,
  v1ClusterResourcesEntity,
  v1CustomClusterConfigEntity,
  v1OsPatchConfig,
} from '@atrium/api/generated/operations.d.ts'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Cron } from 'croner'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'
import { checkBindings, checkNamespaces } from './access.ts'
import { lockCluster, saveCluster } from './load.ts'
import { readOnly } from './profiles.ts'

/** What is needed of a request that changes a cluster. */
export interface ConfigRequest {
  subject: Subject
  params: { uid: string }
}

/** Changes the spec of a cluster that is not being deleted. */
export const changeSpec = (
  { subject, params }: ConfigRequest,
  context: ServerContext,
  change: (spec: ClusterSpec, tx: Tx) => ClusterSpec | Promise<ClusterSpec>,
): Promise<void> =>
  context.admission.run(subject, async (tx) => {
    const cluster = await lockCluster(tx, params.uid)
    await saveCluster(tx, cluster, await change(cluster.spec, tx), context)
  })

/** Puts `part` into `spec.clusterConfig`; what is undefined in it is taken away. */
export const changeConfig = (
  request: ConfigRequest,
  context: ServerContext,
  part: Record<string, unknown>,
): Promise<void> => changeSpec(request, context, (spec) => withConfig(spec, part))

/** Puts `part` into `spec.clusterConfig.resources`. */
export const changeResources = (
  request: ConfigRequest,
  context: ServerContext,
  part: v1ClusterResourcesEntity,
): Promise<void> =>
  changeSpec(request, context, (spec) => {
    if (spec.import?.mode === 'read-only' && Object.values(part).some((list) => list.length > 0))
      throw readOnly('resources')
    return withConfig(spec, { resources: { ...(spec.clusterConfig['resources'] as object | undefined), ...part } })
  })

function withConfig(spec: ClusterSpec, part: Record<string, unknown>): ClusterSpec {
  const entries = Object.entries({ ...spec.clusterConfig, ...part }).filter(([, value]) => value !== undefined)
  return { ...spec, clusterConfig: Object.fromEntries(entries) }
}

/** `spec.clusterConfig` of a new cluster. Throws `InvalidRequest`. */
export function checkConfig(config: v1CustomClusterConfigEntity, path: string): void {
  checkNamespaces(config.resources?.namespaces ?? [], `${path}.resources.namespaces`)
  checkBindings(config.resources?.rbacs ?? [], `${path}.resources.rbacs`)
  checkTimezone(config.timezone, `${path}.timezone`)
  checkLocation(config.location, `${path}.location`)
  const patching = config.machineManagementConfig?.osPatchConfig
  checkSchedule(patching?.schedule, `${path}.machineManagementConfig.osPatchConfig.schedule`)
}

/** A time of five fields as cron has it; empty = no schedule. */
export function checkSchedule(pattern: string | undefined, field: string): void {
  if (!pattern) return
  try {
    new Cron(pattern, { mode: '5-part', paused: true })
  } catch {
    throw invalid(
      field,
      `'${pattern.slice(0, 100)}' is no schedule. Write five fields as cron does, such as '0 3 * * SUN'`,
    )
  }
}

export function checkTimezone(timezone: string | undefined, field: string): void {
  if (!timezone) return
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    throw invalid(field, `'${timezone.slice(0, 100)}' is no time zone. Give its IANA name, such as 'Europe/Vienna'`)
  }
}

export function checkLocation(location: v1CustomClusterConfigEntity['location'], field: string): void {
  const { latitude = 0, longitude = 0 } = location?.geoLoc ?? {}
  if (Math.abs(latitude) > 90) throw invalid(`${field}.geoLoc.latitude`, 'must be between -90 and 90')
  if (Math.abs(longitude) > 180) throw invalid(`${field}.geoLoc.longitude`, 'must be between -180 and 180')
}

/** Go clients send the zero time for none. */
const zeroDay = '0001-01-01'

/** What was set of patching; undefined when nothing was: clients crash on an empty one. */
export function readPatching(config: v1OsPatchConfig = {}): v1ClusterConfig['machineManagementConfig'] {
  const { schedule, patchOnBoot, rebootIfRequired, onDemandPatchAfter } = config
  const isOnDemand = onDemandPatchAfter && !onDemandPatchAfter.startsWith(zeroDay)
  if (!schedule && !patchOnBoot && !rebootIfRequired && !isOnDemand) return undefined
  const { onDemandPatchAfter: _none, ...rest } = config
  return { osPatchConfig: isOnDemand ? config : rest }
}
