import type { Clock } from '@atrium/runtime/base/clock.ts'
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

const REMOVAL_LIMIT_MS = 60_000
const LOOK_AGAIN_MS = 200

/**
 * Removes a cluster with all it has, also one that no server knows any more; resolves when nothing of it is left.
 * Throws as `cloudConsole`, and with what the cloud says when it is not gone after a minute.
 */
export const removeCluster = async (client: CloudClient, wanted: string, clock: Clock): Promise<ClusterView> => {
  const cluster = findCluster(await client.clusters(), wanted)
  await client.deleteCluster(cluster.uid)
  const deadline = clock.now() + REMOVAL_LIMIT_MS
  for (;;) {
    const left = await client.cluster(cluster.uid)
    if (left === null) return cluster
    if (clock.now() > deadline) throw new Error(`cluster ${cluster.name} is still being removed: ${left.message}`)
    await clock.sleep(LOOK_AGAIN_MS)
  }
}

/** By name or uid. Throws as `cloudConsole`. */
export const findCluster = (clusters: ClusterView[], wanted: string): ClusterView => {
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
