import type { RegisteredOperation } from '../../operation.ts'
import { atriumOperatorsActivate } from './atriumOperatorsActivate.ts'
import { atriumOperatorsCreate } from './atriumOperatorsCreate.ts'
import { atriumOperatorsDelete } from './atriumOperatorsDelete.ts'
import { atriumOperatorsKeysCreate } from './atriumOperatorsKeysCreate.ts'
import { atriumOperatorsKeysDelete } from './atriumOperatorsKeysDelete.ts'
import { atriumOperatorsKeysList } from './atriumOperatorsKeysList.ts'
import { atriumOperatorsList } from './atriumOperatorsList.ts'
import { atriumOperatorsUpdate } from './atriumOperatorsUpdate.ts'
import { atriumSystemAuditList } from './atriumSystemAuditList.ts'
import { atriumSystemDomainsConfirm } from './atriumSystemDomainsConfirm.ts'
import { atriumSystemDomainsList } from './atriumSystemDomainsList.ts'
import { atriumSystemDomainsWithdraw } from './atriumSystemDomainsWithdraw.ts'
import { atriumSystemMe } from './atriumSystemMe.ts'
import { atriumSystemPasswordChange } from './atriumSystemPasswordChange.ts'
import { atriumSystemSignIn } from './atriumSystemSignIn.ts'
import { atriumSystemSignOut } from './atriumSystemSignOut.ts'
import { atriumTenantsActivate } from './atriumTenantsActivate.ts'
import { atriumTenantsCreate } from './atriumTenantsCreate.ts'
import { atriumTenantsDelete } from './atriumTenantsDelete.ts'
import { atriumTenantsDisable } from './atriumTenantsDisable.ts'
import { atriumTenantsEnable } from './atriumTenantsEnable.ts'
import { atriumTenantsGet } from './atriumTenantsGet.ts'
import { atriumTenantsInvite } from './atriumTenantsInvite.ts'
import { atriumTenantsList } from './atriumTenantsList.ts'

/** Of operators, and of those who got a link from one. */
export const operatorsOperations: RegisteredOperation[] = [
  atriumOperatorsActivate,
  atriumOperatorsCreate,
  atriumOperatorsDelete,
  atriumOperatorsKeysCreate,
  atriumOperatorsKeysDelete,
  atriumOperatorsKeysList,
  atriumOperatorsList,
  atriumOperatorsUpdate,
  atriumSystemAuditList,
  atriumSystemDomainsConfirm,
  atriumSystemDomainsList,
  atriumSystemDomainsWithdraw,
  atriumSystemMe,
  atriumSystemPasswordChange,
  atriumSystemSignIn,
  atriumSystemSignOut,
  atriumTenantsActivate,
  atriumTenantsCreate,
  atriumTenantsDelete,
  atriumTenantsDisable,
  atriumTenantsEnable,
  atriumTenantsGet,
  atriumTenantsInvite,
  atriumTenantsList,
]
