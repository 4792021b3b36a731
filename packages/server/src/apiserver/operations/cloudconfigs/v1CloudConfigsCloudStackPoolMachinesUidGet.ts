import { defineMachineGet } from './imported-machines.ts'

export const v1CloudConfigsCloudStackPoolMachinesUidGet = defineMachineGet(
  'v1CloudConfigsCloudStackPoolMachinesUidGet',
  'apache-cloudstack',
)
