import type { RegisteredOperation } from '../../operation.ts'
import { v1BasicOciRegistriesUidGet } from './v1BasicOciRegistriesUidGet.ts'
import { v1BasicOciRegistriesUidSyncStatus } from './v1BasicOciRegistriesUidSyncStatus.ts'
import { v1EcrRegistriesUidGet } from './v1EcrRegistriesUidGet.ts'
import { v1OciRegistriesSummary } from './v1OciRegistriesSummary.ts'
import { v1RegistriesHelmList } from './v1RegistriesHelmList.ts'
import { v1RegistriesHelmUidGet } from './v1RegistriesHelmUidGet.ts'
import { v1RegistriesHelmUidSyncStatus } from './v1RegistriesHelmUidSyncStatus.ts'
import { v1RegistriesMetadata } from './v1RegistriesMetadata.ts'
import { v1RegistriesPackList } from './v1RegistriesPackList.ts'
import { v1RegistriesPackUidGet } from './v1RegistriesPackUidGet.ts'
import { v1RegistriesPackUidSync } from './v1RegistriesPackUidSync.ts'
import { v1RegistriesPackUidSyncStatus } from './v1RegistriesPackUidSyncStatus.ts'

export const registriesOperations: RegisteredOperation[] = [
  v1EcrRegistriesUidGet,
  v1BasicOciRegistriesUidGet,
  v1BasicOciRegistriesUidSyncStatus,
  v1OciRegistriesSummary,
  v1RegistriesHelmList,
  v1RegistriesHelmUidGet,
  v1RegistriesHelmUidSyncStatus,
  v1RegistriesMetadata,
  v1RegistriesPackList,
  v1RegistriesPackUidGet,
  v1RegistriesPackUidSync,
  v1RegistriesPackUidSyncStatus,
]
