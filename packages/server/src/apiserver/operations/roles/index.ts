import type { RegisteredOperation } from '../../operation.ts'
import { v1PermissionsList } from './v1PermissionsList.ts'
import { v1RolesClone } from './v1RolesClone.ts'
import { v1RolesCreate } from './v1RolesCreate.ts'
import { v1RolesList } from './v1RolesList.ts'
import { v1RolesUidDelete } from './v1RolesUidDelete.ts'
import { v1RolesUidGet } from './v1RolesUidGet.ts'
import { v1RolesUidUpdate } from './v1RolesUidUpdate.ts'

export const rolesOperations: RegisteredOperation[] = [
  v1PermissionsList,
  v1RolesClone,
  v1RolesCreate,
  v1RolesList,
  v1RolesUidDelete,
  v1RolesUidGet,
  v1RolesUidUpdate,
]
