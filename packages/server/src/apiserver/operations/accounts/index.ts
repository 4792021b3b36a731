import type { RegisteredOperation } from '../../operation.ts'
import { v1CloudAccountsAwsCreate } from './v1CloudAccountsAwsCreate.ts'
import { v1CloudAccountsAwsDelete } from './v1CloudAccountsAwsDelete.ts'
import { v1CloudAccountsAwsGet } from './v1CloudAccountsAwsGet.ts'
import { v1CloudAccountsAwsList } from './v1CloudAccountsAwsList.ts'
import { v1CloudAccountsAwsUpdate } from './v1CloudAccountsAwsUpdate.ts'
import { v1CloudAccountsAzureCreate } from './v1CloudAccountsAzureCreate.ts'
import { v1CloudAccountsAzureDelete } from './v1CloudAccountsAzureDelete.ts'
import { v1CloudAccountsAzureGet } from './v1CloudAccountsAzureGet.ts'
import { v1CloudAccountsAzureList } from './v1CloudAccountsAzureList.ts'
import { v1CloudAccountsAzureUpdate } from './v1CloudAccountsAzureUpdate.ts'
import { v1CloudAccountsCloudStackCreate } from './v1CloudAccountsCloudStackCreate.ts'
import { v1CloudAccountsCloudStackDelete } from './v1CloudAccountsCloudStackDelete.ts'
import { v1CloudAccountsCloudStackGet } from './v1CloudAccountsCloudStackGet.ts'
import { v1CloudAccountsCloudStackList } from './v1CloudAccountsCloudStackList.ts'
import { v1CloudAccountsCloudStackUpdate } from './v1CloudAccountsCloudStackUpdate.ts'
import { v1CloudAccountsCustomCreate } from './v1CloudAccountsCustomCreate.ts'
import { v1CloudAccountsCustomDelete } from './v1CloudAccountsCustomDelete.ts'
import { v1CloudAccountsCustomGet } from './v1CloudAccountsCustomGet.ts'
import { v1CloudAccountsCustomList } from './v1CloudAccountsCustomList.ts'
import { v1CloudAccountsCustomUpdate } from './v1CloudAccountsCustomUpdate.ts'
import { v1CloudAccountsGcpCreate } from './v1CloudAccountsGcpCreate.ts'
import { v1CloudAccountsGcpDelete } from './v1CloudAccountsGcpDelete.ts'
import { v1CloudAccountsGcpGet } from './v1CloudAccountsGcpGet.ts'
import { v1CloudAccountsGcpList } from './v1CloudAccountsGcpList.ts'
import { v1CloudAccountsGcpUpdate } from './v1CloudAccountsGcpUpdate.ts'
import { v1CloudAccountsListSummary } from './v1CloudAccountsListSummary.ts'
import { v1CloudAccountsMaasCreate } from './v1CloudAccountsMaasCreate.ts'
import { v1CloudAccountsMaasDelete } from './v1CloudAccountsMaasDelete.ts'
import { v1CloudAccountsMaasGet } from './v1CloudAccountsMaasGet.ts'
import { v1CloudAccountsMaasList } from './v1CloudAccountsMaasList.ts'
import { v1CloudAccountsMaasUpdate } from './v1CloudAccountsMaasUpdate.ts'
import { v1CloudAccountsVsphereCreate } from './v1CloudAccountsVsphereCreate.ts'
import { v1CloudAccountsVsphereDelete } from './v1CloudAccountsVsphereDelete.ts'
import { v1CloudAccountsVsphereGet } from './v1CloudAccountsVsphereGet.ts'
import { v1CloudAccountsVsphereList } from './v1CloudAccountsVsphereList.ts'
import { v1CloudAccountsVsphereUpdate } from './v1CloudAccountsVsphereUpdate.ts'

export const accountsOperations: RegisteredOperation[] = [
  v1CloudAccountsAwsCreate,
  v1CloudAccountsAwsDelete,
  v1CloudAccountsAwsGet,
  v1CloudAccountsAwsList,
  v1CloudAccountsAwsUpdate,
  v1CloudAccountsAzureCreate,
  v1CloudAccountsAzureDelete,
  v1CloudAccountsAzureGet,
  v1CloudAccountsAzureList,
  v1CloudAccountsAzureUpdate,
  v1CloudAccountsCloudStackCreate,
  v1CloudAccountsCloudStackDelete,
  v1CloudAccountsCloudStackGet,
  v1CloudAccountsCloudStackList,
  v1CloudAccountsCloudStackUpdate,
  v1CloudAccountsCustomCreate,
  v1CloudAccountsCustomDelete,
  v1CloudAccountsCustomGet,
  v1CloudAccountsCustomList,
  v1CloudAccountsCustomUpdate,
  v1CloudAccountsGcpCreate,
  v1CloudAccountsGcpDelete,
  v1CloudAccountsGcpGet,
  v1CloudAccountsGcpList,
  v1CloudAccountsGcpUpdate,
  v1CloudAccountsListSummary,
  v1CloudAccountsMaasCreate,
  v1CloudAccountsMaasDelete,
  v1CloudAccountsMaasGet,
  v1CloudAccountsMaasList,
  v1CloudAccountsMaasUpdate,
  v1CloudAccountsVsphereCreate,
  v1CloudAccountsVsphereDelete,
  v1CloudAccountsVsphereGet,
  v1CloudAccountsVsphereList,
  v1CloudAccountsVsphereUpdate,
]
