import { vsphere } from './clouds.ts'
import { defineAccountGet } from './define.ts'

export const v1CloudAccountsVsphereGet = defineAccountGet('v1CloudAccountsVsphereGet', vsphere)
