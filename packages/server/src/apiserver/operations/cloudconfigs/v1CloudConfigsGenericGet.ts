import { defineConfigGet } from './imported-config.ts'

export const v1CloudConfigsGenericGet = defineConfigGet('v1CloudConfigsGenericGet', 'generic')
