import { maas } from './clouds.ts'
import { defineAccountGet } from './define.ts'

export const v1CloudAccountsMaasGet = defineAccountGet('v1CloudAccountsMaasGet', maas)
