import type { RegisteredOperation } from '../../operation.ts'
import { v1DashboardWorkspacesList } from './v1DashboardWorkspacesList.ts'
import { v1WorkspaceOpsBackupCreate } from './v1WorkspaceOpsBackupCreate.ts'
import { v1WorkspaceOpsBackupGet } from './v1WorkspaceOpsBackupGet.ts'
import { v1WorkspaceOpsBackupUpdate } from './v1WorkspaceOpsBackupUpdate.ts'
import { v1WorkspacesClusterRbacCreate } from './v1WorkspacesClusterRbacCreate.ts'
import { v1WorkspacesCreate } from './v1WorkspacesCreate.ts'
import { v1WorkspacesUidClusterNamespacesUpdate } from './v1WorkspacesUidClusterNamespacesUpdate.ts'
import { v1WorkspacesUidClusterRbacDelete } from './v1WorkspacesUidClusterRbacDelete.ts'
import { v1WorkspacesUidClusterRbacUpdate } from './v1WorkspacesUidClusterRbacUpdate.ts'
import { v1WorkspacesUidDelete } from './v1WorkspacesUidDelete.ts'
import { v1WorkspacesUidGet } from './v1WorkspacesUidGet.ts'
import { v1WorkspacesUidMetaUpdate } from './v1WorkspacesUidMetaUpdate.ts'
import { v1WorkspacesValidateName } from './v1WorkspacesValidateName.ts'

export const workspacesOperations: RegisteredOperation[] = [
  v1DashboardWorkspacesList,
  v1WorkspaceOpsBackupCreate,
  v1WorkspaceOpsBackupGet,
  v1WorkspaceOpsBackupUpdate,
  v1WorkspacesClusterRbacCreate,
  v1WorkspacesCreate,
  v1WorkspacesUidClusterNamespacesUpdate,
  v1WorkspacesUidClusterRbacDelete,
  v1WorkspacesUidClusterRbacUpdate,
  v1WorkspacesUidDelete,
  v1WorkspacesUidGet,
  v1WorkspacesUidMetaUpdate,
  v1WorkspacesValidateName,
]
