import type { RegisteredOperation } from '../../operation.ts'
import { V1TeamsUidTenantRolesGet } from './V1TeamsUidTenantRolesGet.ts'
import { V1TeamsUidTenantRolesUpdate } from './V1TeamsUidTenantRolesUpdate.ts'
import { v1TeamsCreate } from './v1TeamsCreate.ts'
import { v1TeamsList } from './v1TeamsList.ts'
import { v1TeamsProjectRoles } from './v1TeamsProjectRoles.ts'
import { v1TeamsProjectRolesPut } from './v1TeamsProjectRolesPut.ts'
import { v1TeamsResourceRolesUidUpdate } from './v1TeamsResourceRolesUidUpdate.ts'
import { v1TeamsSummaryGet } from './v1TeamsSummaryGet.ts'
import { v1TeamsUidDelete } from './v1TeamsUidDelete.ts'
import { v1TeamsUidGet } from './v1TeamsUidGet.ts'
import { v1TeamsUidResourceRoles } from './v1TeamsUidResourceRoles.ts'
import { v1TeamsUidResourceRolesCreate } from './v1TeamsUidResourceRolesCreate.ts'
import { v1TeamsUidResourceRolesUidDelete } from './v1TeamsUidResourceRolesUidDelete.ts'
import { v1TeamsUidUpdate } from './v1TeamsUidUpdate.ts'
import { v1TeamsWorkspaceGetRoles } from './v1TeamsWorkspaceGetRoles.ts'
import { v1TeamsWorkspaceRolesPut } from './v1TeamsWorkspaceRolesPut.ts'

export const teamsOperations: RegisteredOperation[] = [
  v1TeamsCreate,
  v1TeamsList,
  v1TeamsProjectRoles,
  v1TeamsProjectRolesPut,
  v1TeamsResourceRolesUidUpdate,
  v1TeamsSummaryGet,
  v1TeamsUidDelete,
  v1TeamsUidGet,
  v1TeamsUidResourceRoles,
  v1TeamsUidResourceRolesCreate,
  v1TeamsUidResourceRolesUidDelete,
  V1TeamsUidTenantRolesGet,
  V1TeamsUidTenantRolesUpdate,
  v1TeamsUidUpdate,
  v1TeamsWorkspaceGetRoles,
  v1TeamsWorkspaceRolesPut,
]
