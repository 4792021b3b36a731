import { defineConfigGet } from './imported-config.ts'

export const v1CloudConfigsGcpGet = defineConfigGet('v1CloudConfigsGcpGet', 'gcp')
