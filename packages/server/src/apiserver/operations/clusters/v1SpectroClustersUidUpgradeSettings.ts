import { defineOperation } from '../../operation.ts'
import { changeSpec } from './cluster-config.ts'

/** `lock`: the agent stays at its version until `unlock`. */
export const v1SpectroClustersUidUpgradeSettings = defineOperation('v1SpectroClustersUidUpgradeSettings', {
  scope: 'object',
  permission: 'cluster.update',
  handler: (request, context) =>
    changeSpec(request, context, ({ agentUpgrades: _former, ...spec }) =>
      request.body.spectroComponents === 'lock' ? { ...spec, agentUpgrades: 'lock' } : spec,
    ),
})
