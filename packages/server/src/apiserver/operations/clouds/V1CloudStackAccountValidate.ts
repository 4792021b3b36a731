import { cloudStack } from '../accounts/clouds.ts'
import { defineAccountValidate } from './validate.ts'

export const V1CloudStackAccountValidate = defineAccountValidate('V1CloudStackAccountValidate', cloudStack)
