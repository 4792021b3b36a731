import { defineMachineList } from './imported-machines.ts'

export const v1CloudConfigsGenericPoolMachinesList = defineMachineList(
  'v1CloudConfigsGenericPoolMachinesList',
  'generic',
)
