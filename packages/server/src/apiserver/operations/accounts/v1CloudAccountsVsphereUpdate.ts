import { vsphere } from './clouds.ts'
import { defineAccountUpdate } from './define.ts'

export const v1CloudAccountsVsphereUpdate = defineAccountUpdate('v1CloudAccountsVsphereUpdate', vsphere)
