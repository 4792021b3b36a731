import type { RegisteredOperation } from '../../operation.ts'
import { v1ClusterGroupsCreate } from './v1ClusterGroupsCreate.ts'
import { v1ClusterGroupsHostClusterMetadata } from './v1ClusterGroupsHostClusterMetadata.ts'
import { v1ClusterGroupsHostClusterSummary } from './v1ClusterGroupsHostClusterSummary.ts'
import { v1ClusterGroupsUidDelete } from './v1ClusterGroupsUidDelete.ts'
import { v1ClusterGroupsUidGet } from './v1ClusterGroupsUidGet.ts'
import { v1ClusterGroupsUidHostClusterUpdate } from './v1ClusterGroupsUidHostClusterUpdate.ts'
import { v1ClusterGroupsUidMetaUpdate } from './v1ClusterGroupsUidMetaUpdate.ts'
import { v1ClusterGroupsUidProfilesUpdate } from './v1ClusterGroupsUidProfilesUpdate.ts'

export const clustergroupsOperations: RegisteredOperation[] = [
  v1ClusterGroupsCreate,
  v1ClusterGroupsHostClusterMetadata,
  v1ClusterGroupsHostClusterSummary,
  v1ClusterGroupsUidDelete,
  v1ClusterGroupsUidGet,
  v1ClusterGroupsUidHostClusterUpdate,
  v1ClusterGroupsUidMetaUpdate,
  v1ClusterGroupsUidProfilesUpdate,
]
