import type { RegisteredOperation } from '../../operation.ts'
import { v1OverlordsList } from './v1OverlordsList.ts'
import { v1OverlordsUidCloudStackAccountValidate } from './v1OverlordsUidCloudStackAccountValidate.ts'
import { v1OverlordsUidGet } from './v1OverlordsUidGet.ts'
import { v1OverlordsUidMaasAccountValidate } from './v1OverlordsUidMaasAccountValidate.ts'
import { v1OverlordsUidPoolsList } from './v1OverlordsUidPoolsList.ts'
import { v1OverlordsUidVsphereAccountValidate } from './v1OverlordsUidVsphereAccountValidate.ts'

export const overlordsOperations: RegisteredOperation[] = [
  v1OverlordsList,
  v1OverlordsUidGet,
  v1OverlordsUidPoolsList,
  v1OverlordsUidCloudStackAccountValidate,
  v1OverlordsUidMaasAccountValidate,
  v1OverlordsUidVsphereAccountValidate,
]
