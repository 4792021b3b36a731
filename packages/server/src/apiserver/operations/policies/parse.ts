import type { v1SpcPolicySpec } from '@atrium/api/generated/operations.d.ts'
import type { MaintenancePolicySpec } from '@atrium/api/kinds/maintenance-policy.ts'
import { capped, invalid } from '../../invalid.ts'
import { checkSchedule } from '../clusters/cluster-config.ts'

const mostSchedules = 50

export const parseSchedules = (spec: v1SpcPolicySpec | undefined): MaintenancePolicySpec => ({
  schedules: capped(spec?.schedules, mostSchedules, 'spec.schedules').map(({ name, startCron, durationHrs }, index) => {
    const field = `spec.schedules[${index}]`
    if (name === '') throw invalid(`${field}.name`, 'is empty')
    if (startCron === '') throw invalid(`${field}.startCron`, 'is empty')
    checkSchedule(startCron, `${field}.startCron`)
    return { name, startCron, durationHrs }
  }),
})
