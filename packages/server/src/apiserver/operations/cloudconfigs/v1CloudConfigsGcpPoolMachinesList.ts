import { defineMachineList } from './imported-machines.ts'

export const v1CloudConfigsGcpPoolMachinesList = defineMachineList('v1CloudConfigsGcpPoolMachinesList', 'gcp')
