import type { RegisteredOperation } from '../../operation.ts'
import { v1FiltersList } from './v1FiltersList.ts'
import { v1FiltersMetadata } from './v1FiltersMetadata.ts'
import { v1TagFiltersCreate } from './v1TagFiltersCreate.ts'
import { v1TagFilterUidDelete } from './v1TagFilterUidDelete.ts'
import { v1TagFilterUidGet } from './v1TagFilterUidGet.ts'
import { v1TagFilterUidUpdate } from './v1TagFilterUidUpdate.ts'

export const filtersOperations: RegisteredOperation[] = [
  v1FiltersList,
  v1FiltersMetadata,
  v1TagFiltersCreate,
  v1TagFilterUidDelete,
  v1TagFilterUidGet,
  v1TagFilterUidUpdate,
]
