import { nodesRemediationName } from './nodes-remediation.ts'
import { defineSettingPut } from './setting.ts'

export const v1TenantClustersNodesAutoRemediationSettingUpdate = defineSettingPut(
  'v1TenantClustersNodesAutoRemediationSettingUpdate',
  nodesRemediationName,
)
