import { defineOperation } from '../../operation.ts'
import { changeConfig, checkTimezone } from './cluster-config.ts'

/** The time zone that schedules of the cluster are read in. */
export const v1SpectroClustersUidTimezoneUpdate = defineOperation('v1SpectroClustersUidTimezoneUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  handler: async (request, context) => {
    checkTimezone(request.body.timezone, 'timezone')
    await changeConfig(request, context, { timezone: request.body.timezone })
  },
})
