import { maas } from '../accounts/clouds.ts'
import { defineAccountValidate } from './validate.ts'

export const V1MaasAccountValidate = defineAccountValidate('V1MaasAccountValidate', maas)
