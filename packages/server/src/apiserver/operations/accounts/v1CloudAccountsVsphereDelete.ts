import { vsphere } from './clouds.ts'
import { defineAccountDelete } from './define.ts'

export const v1CloudAccountsVsphereDelete = defineAccountDelete('v1CloudAccountsVsphereDelete', vsphere)
