import { defineMachineList } from './imported-machines.ts'

export const v1CloudConfigsAwsPoolMachinesList = defineMachineList('v1CloudConfigsAwsPoolMachinesList', 'aws')
