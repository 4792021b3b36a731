import type { v1ClusterBackupConfig, v1ClusterComplianceScheduleConfig } from '@atrium/api/generated/operations.d.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'
import { mustHaveLocation } from '../assets/load.ts'
import { type ConfigRequest, changeSpec, checkSchedule } from './cluster-config.ts'

/** Sets the cluster's policy for backups or scans; answers its uid, which stays the same from the first one on. */
export async function putPolicy(
  request: ConfigRequest,
  context: ServerContext,
  part: 'backup' | 'scan',
  config: object,
): Promise<{ uid: string }> {
  let uid = newUid(context.random)
  await changeSpec(request, context, async (spec, tx) => {
    uid = spec[part]?.uid ?? uid
    const { backupLocationUid } = config as v1ClusterBackupConfig
    if (part === 'backup') await mustHaveLocation(tx, backupLocationUid, 'backupLocationUid')
    return { ...spec, [part]: { uid, config: { ...config } } }
  })
  return { uid }
}

const hoursMax = 24 * 365 * 10

/** Of a cluster, or of a workspace, whose policy holds it below `at`. Throws `InvalidRequest`. */
export function checkBackup({ schedule, durationInHours, namespaces }: v1ClusterBackupConfig, at = ''): void {
  checkSchedule(schedule?.scheduledRunTime, `${at}schedule.scheduledRunTime`)
  if (durationInHours !== undefined && (durationInHours < 0 || durationInHours > hoursMax))
    throw invalid(`${at}durationInHours`, `must be between 0 and ${hoursMax}: how long a backup is kept`)
  if ((namespaces?.length ?? 0) > 1_000) throw invalid(`${at}namespaces`, 'are more than 1000. Leave them out for all')
}

/** Names of the drivers in requests, and in answers. */
const drivers = { kubeBench: 'kube-bench', kubeHunter: 'kube-hunter', sonobuoy: 'sonobuoy' } as const
const driverNames = Object.keys(drivers) as (keyof typeof drivers)[]

/** Throws `InvalidRequest`. */
export function checkScan(config: v1ClusterComplianceScheduleConfig): void {
  for (const driver of driverNames)
    checkSchedule(config[driver]?.schedule?.scheduledRunTime, `${driver}.schedule.scheduledRunTime`)
}

/** The policy by driver, as it is read. */
export const driverSpecs = (config: v1ClusterComplianceScheduleConfig): Record<string, object> =>
  Object.fromEntries(
    driverNames.flatMap((driver) => {
      const schedule = config[driver]?.schedule
      return schedule ? [[drivers[driver], { config: { schedule }, isClusterConfig: true }]] : []
    }),
  )
