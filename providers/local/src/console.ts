import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ClusterView, MachineView } from './cloud/protocol.ts'
import type { CloudClient } from './cloud-client.ts'

/** What a person does in the "cloud console" of this machine. */
export type ConsoleAction = 'list' | 'stop' | 'start' | 'terminate'

export interface ConsoleRequest {
  action: ConsoleAction
  /** Name or uid. */
  cluster: string
  /** Needed for everything but `list`. */
  machine?: string
}

/**
 * Carries it out and answers the cluster's machines as they are then. Throws `ResourceNotFound` naming what there is, or
 * `InvalidRequest` when a name is not enough.
 */
export const cloudConsole = async (client: CloudClient, request: ConsoleRequest): Promise<MachineView[]> => {
  const { uid, name, machines } = findCluster(await client.clusters(), request.cluster)
  if (request.action === 'list') return machines
  const machine = machines.find((one) => one.name === request.machine)
  if (machine === undefined)
    throw new AtriumError(
      'ResourceNotFound',
      `cluster ${name} has no machine ${request.machine ?? '(none named)'}; it has ${namesOf(machines)}`,
    )
  const act = { stop: client.stopMachine, start: client.startMachine, terminate: client.terminateMachine }
  await act[request.action](uid, machine.name)
  return client.machines(uid)
}

const findCluster = (clusters: ClusterView[], wanted: string): ClusterView => {
  const found = clusters.filter(({ uid, name }) => uid === wanted || name === wanted)
  const [first, second] = found
  if (first === undefined)
    throw new AtriumError('ResourceNotFound', `this machine has no cluster ${wanted}; it has ${namesOf(clusters)}`)
  if (second !== undefined)
    throw new AtriumError(
      'InvalidRequest',
      `several clusters are named ${wanted}: name one of ${found.map(({ uid }) => uid).join(', ')}`,
    )
  return first
}

const namesOf = (things: { name: string }[]): string => things.map(({ name }) => name).join(', ') || 'none'
