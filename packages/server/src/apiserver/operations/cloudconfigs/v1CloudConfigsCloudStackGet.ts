import { defineConfigGet } from './imported-config.ts'

export const v1CloudConfigsCloudStackGet = defineConfigGet('v1CloudConfigsCloudStackGet', 'apache-cloudstack')
