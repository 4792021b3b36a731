import { maas } from './clouds.ts'
import { defineAccountList } from './define.ts'

export const v1CloudAccountsMaasList = defineAccountList('v1CloudAccountsMaasList', maas)
