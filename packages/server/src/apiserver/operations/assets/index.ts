import type { RegisteredOperation } from '../../operation.ts'
import { v1UserAssetsSshCreate } from './v1UserAssetsSshCreate.ts'
import { v1UsersAssetSshDelete } from './v1UsersAssetSshDelete.ts'
import { v1UsersAssetSshGetUid } from './v1UsersAssetSshGetUid.ts'
import { v1UsersAssetSshUpdate } from './v1UsersAssetSshUpdate.ts'
import { v1UsersAssetsLocationAzureCreate } from './v1UsersAssetsLocationAzureCreate.ts'
import { v1UsersAssetsLocationAzureGet } from './v1UsersAssetsLocationAzureGet.ts'
import { v1UsersAssetsLocationAzureUpdate } from './v1UsersAssetsLocationAzureUpdate.ts'
import { v1UsersAssetsLocationDefaultUpdate } from './v1UsersAssetsLocationDefaultUpdate.ts'
import { v1UsersAssetsLocationDelete } from './v1UsersAssetsLocationDelete.ts'
import { v1UsersAssetsLocationGcpCreate } from './v1UsersAssetsLocationGcpCreate.ts'
import { v1UsersAssetsLocationGcpGet } from './v1UsersAssetsLocationGcpGet.ts'
import { v1UsersAssetsLocationGcpUpdate } from './v1UsersAssetsLocationGcpUpdate.ts'
import { v1UsersAssetsLocationGet } from './v1UsersAssetsLocationGet.ts'
import { v1UsersAssetsLocationMinioCreate } from './v1UsersAssetsLocationMinioCreate.ts'
import { v1UsersAssetsLocationMinioGet } from './v1UsersAssetsLocationMinioGet.ts'
import { v1UsersAssetsLocationMinioUpdate } from './v1UsersAssetsLocationMinioUpdate.ts'
import { v1UsersAssetsLocationS3Create } from './v1UsersAssetsLocationS3Create.ts'
import { v1UsersAssetsLocationS3Delete } from './v1UsersAssetsLocationS3Delete.ts'
import { v1UsersAssetsLocationS3Get } from './v1UsersAssetsLocationS3Get.ts'
import { v1UsersAssetsLocationS3Update } from './v1UsersAssetsLocationS3Update.ts'
import { v1UsersAssetsSshGet } from './v1UsersAssetsSshGet.ts'

export const assetsOperations: RegisteredOperation[] = [
  v1UserAssetsSshCreate,
  v1UsersAssetsLocationAzureCreate,
  v1UsersAssetsLocationAzureGet,
  v1UsersAssetsLocationAzureUpdate,
  v1UsersAssetsLocationDefaultUpdate,
  v1UsersAssetsLocationDelete,
  v1UsersAssetsLocationGcpCreate,
  v1UsersAssetsLocationGcpGet,
  v1UsersAssetsLocationGcpUpdate,
  v1UsersAssetsLocationGet,
  v1UsersAssetsLocationMinioCreate,
  v1UsersAssetsLocationMinioGet,
  v1UsersAssetsLocationMinioUpdate,
  v1UsersAssetsLocationS3Create,
  v1UsersAssetsLocationS3Delete,
  v1UsersAssetsLocationS3Get,
  v1UsersAssetsLocationS3Update,
  v1UsersAssetSshDelete,
  v1UsersAssetSshGetUid,
  v1UsersAssetSshUpdate,
  v1UsersAssetsSshGet,
]
