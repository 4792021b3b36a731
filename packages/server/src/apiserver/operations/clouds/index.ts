import type { RegisteredOperation } from '../../operation.ts'
import { V1CustomCloudTypeCloudAccountKeysGet } from './V1CustomCloudTypeCloudAccountKeysGet.ts'
import { V1CustomCloudTypesGet } from './V1CustomCloudTypesGet.ts'

export const cloudsOperations: RegisteredOperation[] = [V1CustomCloudTypesGet, V1CustomCloudTypeCloudAccountKeysGet]
