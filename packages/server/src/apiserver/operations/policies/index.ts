import type { RegisteredOperation } from '../../operation.ts'
import { V1SpcPoliciesMaintenanceCreate } from './V1SpcPoliciesMaintenanceCreate.ts'
import { V1SpcPoliciesMaintenanceUidGet } from './V1SpcPoliciesMaintenanceUidGet.ts'
import { V1SpcPoliciesMaintenanceUidUpdate } from './V1SpcPoliciesMaintenanceUidUpdate.ts'
import { V1SpcPoliciesTagsGet } from './V1SpcPoliciesTagsGet.ts'
import { V1SpcPoliciesUidDelete } from './V1SpcPoliciesUidDelete.ts'
import { v1SpcPoliciesFilterSummary } from './v1SpcPoliciesFilterSummary.ts'

export const policiesOperations: RegisteredOperation[] = [
  V1SpcPoliciesMaintenanceCreate,
  V1SpcPoliciesMaintenanceUidGet,
  V1SpcPoliciesMaintenanceUidUpdate,
  V1SpcPoliciesUidDelete,
  v1SpcPoliciesFilterSummary,
  V1SpcPoliciesTagsGet,
]
