import type { RegisteredOperation } from '../../operation.ts'
import { V1AwsAccountValidate } from './V1AwsAccountValidate.ts'
import { V1AwsS3Validate } from './V1AwsS3Validate.ts'
import { V1AzureAccountValidate } from './V1AzureAccountValidate.ts'
import { V1CloudStackAccountValidate } from './V1CloudStackAccountValidate.ts'
import { V1CustomCloudTypeCloudAccountKeysGet } from './V1CustomCloudTypeCloudAccountKeysGet.ts'
import { V1CustomCloudTypesGet } from './V1CustomCloudTypesGet.ts'
import { V1GcpAccountValidate } from './V1GcpAccountValidate.ts'
import { V1GcpBucketNameValidate } from './V1GcpBucketNameValidate.ts'
import { V1MaasAccountValidate } from './V1MaasAccountValidate.ts'
import { V1VsphereAccountValidate } from './V1VsphereAccountValidate.ts'

export const cloudsOperations: RegisteredOperation[] = [
  V1CustomCloudTypesGet,
  V1CustomCloudTypeCloudAccountKeysGet,
  V1AwsAccountValidate,
  V1AwsS3Validate,
  V1AzureAccountValidate,
  V1CloudStackAccountValidate,
  V1GcpAccountValidate,
  V1GcpBucketNameValidate,
  V1MaasAccountValidate,
  V1VsphereAccountValidate,
]
