import { defineMachineGet } from './imported-machines.ts'

export const v1CloudConfigsAzurePoolMachinesUidGet = defineMachineGet('v1CloudConfigsAzurePoolMachinesUidGet', 'azure')
