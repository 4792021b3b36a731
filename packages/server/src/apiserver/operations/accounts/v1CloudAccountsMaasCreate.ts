import { maas } from './clouds.ts'
import { defineAccountCreate } from './define.ts'

export const v1CloudAccountsMaasCreate = defineAccountCreate('v1CloudAccountsMaasCreate', maas)
