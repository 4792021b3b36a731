import type { KindDefinition } from './meta.ts'

/** When clusters of templates may be upgraded: windows that begin by cron, each some hours long. */
export interface MaintenancePolicySpec {
  schedules: { name: string; startCron: string; durationHrs: number }[]
}
export type MaintenancePolicyStatus = Record<string, never>

export const maintenancePolicyKind: KindDefinition = {
  name: 'MaintenancePolicy',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
}
