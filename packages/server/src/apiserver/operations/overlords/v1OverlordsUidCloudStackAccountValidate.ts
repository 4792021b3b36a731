import { cloudStack } from '../accounts/clouds.ts'
import { defineGatewayValidate } from './validate.ts'

export const v1OverlordsUidCloudStackAccountValidate = defineGatewayValidate(
  'v1OverlordsUidCloudStackAccountValidate',
  cloudStack,
)
