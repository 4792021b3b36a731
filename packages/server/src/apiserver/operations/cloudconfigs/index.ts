import type { RegisteredOperation } from '../../operation.ts'
import { v1CloudConfigsCustomGet } from './v1CloudConfigsCustomGet.ts'
import { v1CloudConfigsCustomMachinePoolCreate } from './v1CloudConfigsCustomMachinePoolCreate.ts'
import { v1CloudConfigsCustomMachinePoolDelete } from './v1CloudConfigsCustomMachinePoolDelete.ts'
import { v1CloudConfigsCustomMachinePoolUpdate } from './v1CloudConfigsCustomMachinePoolUpdate.ts'
import { v1CloudConfigsCustomPoolMachinesList } from './v1CloudConfigsCustomPoolMachinesList.ts'
import { v1CloudConfigsCustomPoolMachinesUidGet } from './v1CloudConfigsCustomPoolMachinesUidGet.ts'
import { v1CloudConfigsCustomUidClusterConfig } from './v1CloudConfigsCustomUidClusterConfig.ts'

export const cloudconfigsOperations: RegisteredOperation[] = [
  v1CloudConfigsCustomGet,
  v1CloudConfigsCustomMachinePoolCreate,
  v1CloudConfigsCustomMachinePoolDelete,
  v1CloudConfigsCustomMachinePoolUpdate,
  v1CloudConfigsCustomPoolMachinesList,
  v1CloudConfigsCustomPoolMachinesUidGet,
  v1CloudConfigsCustomUidClusterConfig,
]
