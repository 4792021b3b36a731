import type { RegisteredOperation } from '../../operation.ts'
import { v1ProjectsUidMacrosCreate } from './v1ProjectsUidMacrosCreate.ts'
import { v1ProjectsUidMacrosDeleteByMacroName } from './v1ProjectsUidMacrosDeleteByMacroName.ts'
import { v1ProjectsUidMacrosList } from './v1ProjectsUidMacrosList.ts'
import { v1ProjectsUidMacrosUpdate } from './v1ProjectsUidMacrosUpdate.ts'
import { v1ProjectsUidMacrosUpdateByMacroName } from './v1ProjectsUidMacrosUpdateByMacroName.ts'
import { v1TenantsUidMacrosCreate } from './v1TenantsUidMacrosCreate.ts'
import { v1TenantsUidMacrosDeleteByMacroName } from './v1TenantsUidMacrosDeleteByMacroName.ts'
import { v1TenantsUidMacrosList } from './v1TenantsUidMacrosList.ts'
import { v1TenantsUidMacrosUpdate } from './v1TenantsUidMacrosUpdate.ts'
import { v1TenantsUidMacrosUpdateByMacroName } from './v1TenantsUidMacrosUpdateByMacroName.ts'

export const macrosOperations: RegisteredOperation[] = [
  v1ProjectsUidMacrosList,
  v1ProjectsUidMacrosCreate,
  v1ProjectsUidMacrosUpdate,
  v1ProjectsUidMacrosUpdateByMacroName,
  v1ProjectsUidMacrosDeleteByMacroName,
  v1TenantsUidMacrosList,
  v1TenantsUidMacrosCreate,
  v1TenantsUidMacrosUpdate,
  v1TenantsUidMacrosUpdateByMacroName,
  v1TenantsUidMacrosDeleteByMacroName,
]
