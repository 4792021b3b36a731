import { defineMachineList } from './imported-machines.ts'

export const v1CloudConfigsCloudStackPoolMachinesList = defineMachineList(
  'v1CloudConfigsCloudStackPoolMachinesList',
  'apache-cloudstack',
)
