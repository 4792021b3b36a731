import type { MachineState } from '@atrium/api/kinds/machine.ts'
import type { ObservedInfrastructure, ObservedMachine } from '@atrium/provider-contract/provider.ts'
import type { FakeCluster, FakeMachine } from './cloud.ts'

/** A cluster of the cloud as providers observe it. Pure. */
export const viewCluster = (
  uid: string,
  cluster: FakeCluster,
  nowMs: number,
  provisionMs: number,
): ObservedInfrastructure => {
  const isGoing = cluster.deletingAtMs !== null
  const machines = [...cluster.machines].map(([name, machine]) => {
    const isReady = nowMs - machine.createdAtMs >= provisionMs
    return viewMachine(uid, name, isGoing ? { ...machine, life: 'deleting' } : machine, isReady)
  })
  const going = (is: boolean): string => (is ? 'the cloud takes it down' : '')
  return {
    exists: true,
    controlPlaneReady: !isGoing && nowMs - cluster.createdAtMs >= provisionMs,
    endpoint: { host: `${uid}.example.invalid`, port: 6443 },
    kubernetesVersion: cluster.kubernetesVersion,
    machines,
    ordinals: { ...cluster.ordinals },
    resources: [
      { kind: 'ControlPlane', id: uid, waitingFor: going(isGoing) },
      ...machines.map(({ providerId, state }) => ({
        ...{ kind: 'Machine', id: providerId, waitingFor: going(state === 'Deleting') },
      })),
    ],
  }
}

const viewMachine = (uid: string, name: string, machine: FakeMachine, isReady: boolean): ObservedMachine => {
  const { createdAtMs: _createdAt, deletingAtMs: _deletingAt, life, ordinal, ...shape } = machine
  const states: Record<FakeMachine['life'], MachineState> = {
    present: isReady ? 'Running' : 'Provisioning',
    stopped: 'Failed',
    terminated: 'Deleted',
    deleting: 'Deleting',
  }
  const lost = life === 'stopped' || life === 'terminated'
  return {
    ...structuredClone(shape),
    name,
    providerId: `inmemory://${uid}/${name}`,
    state: states[life],
    message: lost ? `the machine was ${life} in the cloud` : '',
    addresses: [`10.0.0.${ordinal + 1}`],
  }
}
