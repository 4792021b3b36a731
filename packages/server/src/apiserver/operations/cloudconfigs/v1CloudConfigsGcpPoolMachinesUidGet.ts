import { defineMachineGet } from './imported-machines.ts'

export const v1CloudConfigsGcpPoolMachinesUidGet = defineMachineGet('v1CloudConfigsGcpPoolMachinesUidGet', 'gcp')
