import { defineMachineGet } from './imported-machines.ts'

export const v1CloudConfigsGenericPoolMachinesUidGet = defineMachineGet(
  'v1CloudConfigsGenericPoolMachinesUidGet',
  'generic',
)
