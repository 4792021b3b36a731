import type { RegisteredOperation } from '../../operation.ts'
import { v1CloudConfigsAwsGet } from './v1CloudConfigsAwsGet.ts'
import { v1CloudConfigsAwsPoolMachinesList } from './v1CloudConfigsAwsPoolMachinesList.ts'
import { v1CloudConfigsAwsPoolMachinesUidGet } from './v1CloudConfigsAwsPoolMachinesUidGet.ts'
import { v1CloudConfigsAzureGet } from './v1CloudConfigsAzureGet.ts'
import { v1CloudConfigsAzurePoolMachinesList } from './v1CloudConfigsAzurePoolMachinesList.ts'
import { v1CloudConfigsAzurePoolMachinesUidGet } from './v1CloudConfigsAzurePoolMachinesUidGet.ts'
import { v1CloudConfigsCloudStackGet } from './v1CloudConfigsCloudStackGet.ts'
import { v1CloudConfigsCloudStackPoolMachinesList } from './v1CloudConfigsCloudStackPoolMachinesList.ts'
import { v1CloudConfigsCloudStackPoolMachinesUidGet } from './v1CloudConfigsCloudStackPoolMachinesUidGet.ts'
import { v1CloudConfigsCustomGet } from './v1CloudConfigsCustomGet.ts'
import { v1CloudConfigsCustomMachinePoolCreate } from './v1CloudConfigsCustomMachinePoolCreate.ts'
import { v1CloudConfigsCustomMachinePoolDelete } from './v1CloudConfigsCustomMachinePoolDelete.ts'
import { v1CloudConfigsCustomMachinePoolUpdate } from './v1CloudConfigsCustomMachinePoolUpdate.ts'
import { v1CloudConfigsCustomPoolMachinesList } from './v1CloudConfigsCustomPoolMachinesList.ts'
import { v1CloudConfigsCustomPoolMachinesUidGet } from './v1CloudConfigsCustomPoolMachinesUidGet.ts'
import { v1CloudConfigsCustomUidClusterConfig } from './v1CloudConfigsCustomUidClusterConfig.ts'
import { v1CloudConfigsGcpGet } from './v1CloudConfigsGcpGet.ts'
import { v1CloudConfigsGcpPoolMachinesList } from './v1CloudConfigsGcpPoolMachinesList.ts'
import { v1CloudConfigsGcpPoolMachinesUidGet } from './v1CloudConfigsGcpPoolMachinesUidGet.ts'
import { v1CloudConfigsGenericGet } from './v1CloudConfigsGenericGet.ts'
import { v1CloudConfigsGenericPoolMachinesList } from './v1CloudConfigsGenericPoolMachinesList.ts'
import { v1CloudConfigsGenericPoolMachinesUidGet } from './v1CloudConfigsGenericPoolMachinesUidGet.ts'
import { v1CloudConfigsMachinePoolsMachineUidMaintenanceUpdate } from './v1CloudConfigsMachinePoolsMachineUidMaintenanceUpdate.ts'

export const cloudconfigsOperations: RegisteredOperation[] = [
  v1CloudConfigsAwsGet,
  v1CloudConfigsAwsPoolMachinesList,
  v1CloudConfigsAwsPoolMachinesUidGet,
  v1CloudConfigsAzureGet,
  v1CloudConfigsAzurePoolMachinesList,
  v1CloudConfigsAzurePoolMachinesUidGet,
  v1CloudConfigsCloudStackGet,
  v1CloudConfigsCloudStackPoolMachinesList,
  v1CloudConfigsCloudStackPoolMachinesUidGet,
  v1CloudConfigsCustomGet,
  v1CloudConfigsCustomMachinePoolCreate,
  v1CloudConfigsCustomMachinePoolDelete,
  v1CloudConfigsCustomMachinePoolUpdate,
  v1CloudConfigsCustomPoolMachinesList,
  v1CloudConfigsCustomPoolMachinesUidGet,
  v1CloudConfigsCustomUidClusterConfig,
  v1CloudConfigsGcpGet,
  v1CloudConfigsGcpPoolMachinesList,
  v1CloudConfigsGcpPoolMachinesUidGet,
  v1CloudConfigsGenericGet,
  v1CloudConfigsGenericPoolMachinesList,
  v1CloudConfigsGenericPoolMachinesUidGet,
  v1CloudConfigsMachinePoolsMachineUidMaintenanceUpdate,
]
