import { defineMachineGet } from './imported-machines.ts'

export const v1CloudConfigsAwsPoolMachinesUidGet = defineMachineGet('v1CloudConfigsAwsPoolMachinesUidGet', 'aws')
