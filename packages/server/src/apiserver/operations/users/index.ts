import type { RegisteredOperation } from '../../operation.ts'
import { v1ApiKeysCreate } from './v1ApiKeysCreate.ts'
import { v1ApiKeysList } from './v1ApiKeysList.ts'
import { v1ApiKeysUidActiveState } from './v1ApiKeysUidActiveState.ts'
import { v1ApiKeysUidDelete } from './v1ApiKeysUidDelete.ts'
import { v1ApiKeysUidGet } from './v1ApiKeysUidGet.ts'
import { v1ApiKeysUidState } from './v1ApiKeysUidState.ts'
import { v1ApiKeysUidUpdate } from './v1ApiKeysUidUpdate.ts'
import { v1UsersCreate } from './v1UsersCreate.ts'
import { v1UsersInfoGet } from './v1UsersInfoGet.ts'
import { v1UsersList } from './v1UsersList.ts'
import { v1UsersMetadata } from './v1UsersMetadata.ts'
import { v1UsersProjectRoles } from './v1UsersProjectRoles.ts'
import { v1UsersProjectRolesPut } from './v1UsersProjectRolesPut.ts'
import { v1UsersResourceRolesUidUpdate } from './v1UsersResourceRolesUidUpdate.ts'
import { v1UsersSummaryGet } from './v1UsersSummaryGet.ts'
import { v1UsersUidDelete } from './v1UsersUidDelete.ts'
import { v1UsersUidGet } from './v1UsersUidGet.ts'
import { v1UsersUidPasswordChange } from './v1UsersUidPasswordChange.ts'
import { v1UsersUidResourceRoles } from './v1UsersUidResourceRoles.ts'
import { v1UsersUidResourceRolesCreate } from './v1UsersUidResourceRolesCreate.ts'
import { v1UsersUidResourceRolesUidDelete } from './v1UsersUidResourceRolesUidDelete.ts'
import { v1UsersUidRoles } from './v1UsersUidRoles.ts'
import { v1UsersUidRolesUpdate } from './v1UsersUidRolesUpdate.ts'
import { v1UsersUidUpdate } from './v1UsersUidUpdate.ts'
import { v1UsersWorkspaceGetRoles } from './v1UsersWorkspaceGetRoles.ts'
import { v1UsersWorkspaceRolesPut } from './v1UsersWorkspaceRolesPut.ts'

export const usersOperations: RegisteredOperation[] = [
  v1ApiKeysCreate,
  v1ApiKeysList,
  v1ApiKeysUidActiveState,
  v1ApiKeysUidDelete,
  v1ApiKeysUidGet,
  v1ApiKeysUidState,
  v1ApiKeysUidUpdate,
  v1UsersCreate,
  v1UsersInfoGet,
  v1UsersList,
  v1UsersMetadata,
  v1UsersProjectRoles,
  v1UsersProjectRolesPut,
  v1UsersResourceRolesUidUpdate,
  v1UsersSummaryGet,
  v1UsersUidDelete,
  v1UsersUidGet,
  v1UsersUidPasswordChange,
  v1UsersUidResourceRoles,
  v1UsersUidResourceRolesCreate,
  v1UsersUidResourceRolesUidDelete,
  v1UsersUidRoles,
  v1UsersUidRolesUpdate,
  v1UsersUidUpdate,
  v1UsersWorkspaceGetRoles,
  v1UsersWorkspaceRolesPut,
]
