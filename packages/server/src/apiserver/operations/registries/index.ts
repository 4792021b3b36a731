import type { RegisteredOperation } from '../../operation.ts'
import { V1RegistriesHelmValidate } from './V1RegistriesHelmValidate.ts'
import { V1RegistriesPackValidate } from './V1RegistriesPackValidate.ts'
import { v1BasicOciRegistriesCreate } from './v1BasicOciRegistriesCreate.ts'
import { v1BasicOciRegistriesUidDelete } from './v1BasicOciRegistriesUidDelete.ts'
import { v1BasicOciRegistriesUidGet } from './v1BasicOciRegistriesUidGet.ts'
import { v1BasicOciRegistriesUidSync } from './v1BasicOciRegistriesUidSync.ts'
import { v1BasicOciRegistriesUidSyncStatus } from './v1BasicOciRegistriesUidSyncStatus.ts'
import { v1BasicOciRegistriesUidUpdate } from './v1BasicOciRegistriesUidUpdate.ts'
import { v1BasicOciRegistriesValidate } from './v1BasicOciRegistriesValidate.ts'
import { v1EcrRegistriesCreate } from './v1EcrRegistriesCreate.ts'
import { v1EcrRegistriesUidDelete } from './v1EcrRegistriesUidDelete.ts'
import { v1EcrRegistriesUidGet } from './v1EcrRegistriesUidGet.ts'
import { v1EcrRegistriesUidSync } from './v1EcrRegistriesUidSync.ts'
import { v1EcrRegistriesUidSyncStatus } from './v1EcrRegistriesUidSyncStatus.ts'
import { v1EcrRegistriesUidUpdate } from './v1EcrRegistriesUidUpdate.ts'
import { v1EcrRegistriesValidate } from './v1EcrRegistriesValidate.ts'
import { v1OciRegistriesGet } from './v1OciRegistriesGet.ts'
import { v1OciRegistriesSummary } from './v1OciRegistriesSummary.ts'
import { v1RegistriesHelmCreate } from './v1RegistriesHelmCreate.ts'
import { v1RegistriesHelmList } from './v1RegistriesHelmList.ts'
import { v1RegistriesHelmSummaryList } from './v1RegistriesHelmSummaryList.ts'
import { v1RegistriesHelmUidDelete } from './v1RegistriesHelmUidDelete.ts'
import { v1RegistriesHelmUidGet } from './v1RegistriesHelmUidGet.ts'
import { v1RegistriesHelmUidSync } from './v1RegistriesHelmUidSync.ts'
import { v1RegistriesHelmUidSyncStatus } from './v1RegistriesHelmUidSyncStatus.ts'
import { v1RegistriesHelmUidUpdate } from './v1RegistriesHelmUidUpdate.ts'
import { v1RegistriesMetadata } from './v1RegistriesMetadata.ts'
import { v1RegistriesPackCreate } from './v1RegistriesPackCreate.ts'
import { v1RegistriesPackList } from './v1RegistriesPackList.ts'
import { v1RegistriesPackSummaryList } from './v1RegistriesPackSummaryList.ts'
import { v1RegistriesPackUidDelete } from './v1RegistriesPackUidDelete.ts'
import { v1RegistriesPackUidGet } from './v1RegistriesPackUidGet.ts'
import { v1RegistriesPackUidSync } from './v1RegistriesPackUidSync.ts'
import { v1RegistriesPackUidSyncStatus } from './v1RegistriesPackUidSyncStatus.ts'
import { v1RegistriesPackUidUpdate } from './v1RegistriesPackUidUpdate.ts'
import { v1RegistriesUidDelete } from './v1RegistriesUidDelete.ts'

export const registriesOperations: RegisteredOperation[] = [
  V1RegistriesHelmValidate,
  V1RegistriesPackValidate,
  v1BasicOciRegistriesCreate,
  v1BasicOciRegistriesUidDelete,
  v1BasicOciRegistriesUidGet,
  v1BasicOciRegistriesUidSync,
  v1BasicOciRegistriesUidSyncStatus,
  v1BasicOciRegistriesUidUpdate,
  v1BasicOciRegistriesValidate,
  v1EcrRegistriesCreate,
  v1EcrRegistriesUidDelete,
  v1EcrRegistriesUidGet,
  v1EcrRegistriesUidSync,
  v1EcrRegistriesUidSyncStatus,
  v1EcrRegistriesUidUpdate,
  v1EcrRegistriesValidate,
  v1OciRegistriesGet,
  v1OciRegistriesSummary,
  v1RegistriesHelmCreate,
  v1RegistriesHelmList,
  v1RegistriesHelmSummaryList,
  v1RegistriesHelmUidDelete,
  v1RegistriesHelmUidGet,
  v1RegistriesHelmUidSync,
  v1RegistriesHelmUidSyncStatus,
  v1RegistriesHelmUidUpdate,
  v1RegistriesMetadata,
  v1RegistriesPackCreate,
  v1RegistriesPackList,
  v1RegistriesPackSummaryList,
  v1RegistriesPackUidDelete,
  v1RegistriesPackUidGet,
  v1RegistriesPackUidSync,
  v1RegistriesPackUidSyncStatus,
  v1RegistriesPackUidUpdate,
  v1RegistriesUidDelete,
]
