import { vsphere } from './clouds.ts'
import { defineAccountList } from './define.ts'

export const v1CloudAccountsVsphereList = defineAccountList('v1CloudAccountsVsphereList', vsphere)
