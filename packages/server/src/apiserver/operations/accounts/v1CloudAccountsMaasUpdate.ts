import { maas } from './clouds.ts'
import { defineAccountUpdate } from './define.ts'

export const v1CloudAccountsMaasUpdate = defineAccountUpdate('v1CloudAccountsMaasUpdate', maas)
