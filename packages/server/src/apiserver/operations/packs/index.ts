import type { RegisteredOperation } from '../../operation.ts'
import { v1PacksNameRegistryUidList } from './v1PacksNameRegistryUidList.ts'
import { v1PacksPackUidLogo } from './v1PacksPackUidLogo.ts'
import { v1PacksSearch } from './v1PacksSearch.ts'
import { v1PacksSummaryList } from './v1PacksSummaryList.ts'
import { v1PacksUid } from './v1PacksUid.ts'
import { v1PacksUidReadme } from './v1PacksUidReadme.ts'

export const packsOperations: RegisteredOperation[] = [
  v1PacksNameRegistryUidList,
  v1PacksPackUidLogo,
  v1PacksSearch,
  v1PacksSummaryList,
  v1PacksUid,
  v1PacksUidReadme,
]
