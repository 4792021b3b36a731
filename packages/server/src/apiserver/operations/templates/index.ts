import type { RegisteredOperation } from '../../operation.ts'
import { V1ClusterTemplatesCreate } from './V1ClusterTemplatesCreate.ts'
import { V1ClusterTemplatesTagsGet } from './V1ClusterTemplatesTagsGet.ts'
import { V1ClusterTemplatesUidDelete } from './V1ClusterTemplatesUidDelete.ts'
import { V1ClusterTemplatesUidGet } from './V1ClusterTemplatesUidGet.ts'
import { V1ClusterTemplatesUidMetadataUpdate } from './V1ClusterTemplatesUidMetadataUpdate.ts'
import { V1ClusterTemplatesUidPoliciesUpdate } from './V1ClusterTemplatesUidPoliciesUpdate.ts'
import { V1ClusterTemplatesUidProfilesUpdate } from './V1ClusterTemplatesUidProfilesUpdate.ts'
import { V1ClusterTemplatesUidProfilesVariablesPatch } from './V1ClusterTemplatesUidProfilesVariablesPatch.ts'
import { V1SpectroClustersTemplatesUidClustersUpgrade } from './V1SpectroClustersTemplatesUidClustersUpgrade.ts'
import { v1ClusterTemplatesFilterSummary } from './v1ClusterTemplatesFilterSummary.ts'

export const templatesOperations: RegisteredOperation[] = [
  V1ClusterTemplatesCreate,
  V1ClusterTemplatesUidDelete,
  V1ClusterTemplatesUidGet,
  V1ClusterTemplatesUidMetadataUpdate,
  V1ClusterTemplatesUidPoliciesUpdate,
  V1ClusterTemplatesUidProfilesUpdate,
  V1ClusterTemplatesUidProfilesVariablesPatch,
  V1SpectroClustersTemplatesUidClustersUpgrade,
  v1ClusterTemplatesFilterSummary,
  V1ClusterTemplatesTagsGet,
]
