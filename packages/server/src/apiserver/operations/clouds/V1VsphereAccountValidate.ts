import { vsphere } from '../accounts/clouds.ts'
import { defineAccountValidate } from './validate.ts'

export const V1VsphereAccountValidate = defineAccountValidate('V1VsphereAccountValidate', vsphere)
