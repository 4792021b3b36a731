import { vsphere } from '../accounts/clouds.ts'
import { defineGatewayValidate } from './validate.ts'

export const v1OverlordsUidVsphereAccountValidate = defineGatewayValidate(
  'v1OverlordsUidVsphereAccountValidate',
  vsphere,
)
