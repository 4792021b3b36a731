import { defineMachineList } from './imported-machines.ts'

export const v1CloudConfigsAzurePoolMachinesList = defineMachineList('v1CloudConfigsAzurePoolMachinesList', 'azure')
