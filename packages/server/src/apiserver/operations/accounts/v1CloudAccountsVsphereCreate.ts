import { vsphere } from './clouds.ts'
import { defineAccountCreate } from './define.ts'

export const v1CloudAccountsVsphereCreate = defineAccountCreate('v1CloudAccountsVsphereCreate', vsphere)
