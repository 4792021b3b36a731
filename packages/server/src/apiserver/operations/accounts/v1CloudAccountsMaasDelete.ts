import { maas } from './clouds.ts'
import { defineAccountDelete } from './define.ts'

export const v1CloudAccountsMaasDelete = defineAccountDelete('v1CloudAccountsMaasDelete', maas)
