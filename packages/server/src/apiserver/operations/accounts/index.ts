import type { RegisteredOperation } from '../../operation.ts'
import { v1CloudAccountsCustomCreate } from './v1CloudAccountsCustomCreate.ts'
import { v1CloudAccountsCustomDelete } from './v1CloudAccountsCustomDelete.ts'
import { v1CloudAccountsCustomGet } from './v1CloudAccountsCustomGet.ts'
import { v1CloudAccountsCustomList } from './v1CloudAccountsCustomList.ts'
import { v1CloudAccountsCustomUpdate } from './v1CloudAccountsCustomUpdate.ts'
import { v1CloudAccountsListSummary } from './v1CloudAccountsListSummary.ts'

export const accountsOperations: RegisteredOperation[] = [
  v1CloudAccountsCustomCreate,
  v1CloudAccountsCustomDelete,
  v1CloudAccountsCustomGet,
  v1CloudAccountsCustomList,
  v1CloudAccountsCustomUpdate,
  v1CloudAccountsListSummary,
]
