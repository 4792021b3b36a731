import { gcp } from '../accounts/clouds.ts'
import { defineAccountValidate } from './validate.ts'

export const V1GcpAccountValidate = defineAccountValidate('V1GcpAccountValidate', gcp)
