import { maas } from '../accounts/clouds.ts'
import { defineGatewayValidate } from './validate.ts'

export const v1OverlordsUidMaasAccountValidate = defineGatewayValidate('v1OverlordsUidMaasAccountValidate', maas)
