import { defineOperation } from '../../operation.ts'
import { changeConfig, checkSchedule, readPatching } from './cluster-config.ts'

/** Kept and shown: when machines whose system can be patched are. */
export const v1SpectroClustersUidOsPatchUpdate = defineOperation('v1SpectroClustersUidOsPatchUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  handler: async (request, context) => {
    checkSchedule(request.body.osPatchConfig?.schedule, 'osPatchConfig.schedule')
    await changeConfig(request, context, { machineManagementConfig: readPatching(request.body.osPatchConfig) })
  },
})
