import type { RegisteredOperation } from '../../operation.ts'
import { v1EdgeTokensCreate } from './v1EdgeTokensCreate.ts'
import { v1EdgeTokensList } from './v1EdgeTokensList.ts'
import { v1EdgeTokensUidDelete } from './v1EdgeTokensUidDelete.ts'
import { v1EdgeTokensUidGet } from './v1EdgeTokensUidGet.ts'
import { v1EdgeTokensUidState } from './v1EdgeTokensUidState.ts'
import { v1EdgeTokensUidUpdate } from './v1EdgeTokensUidUpdate.ts'

export const edgehostsOperations: RegisteredOperation[] = [
  v1EdgeTokensCreate,
  v1EdgeTokensList,
  v1EdgeTokensUidDelete,
  v1EdgeTokensUidGet,
  v1EdgeTokensUidState,
  v1EdgeTokensUidUpdate,
]
