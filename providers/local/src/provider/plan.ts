import { type MachineStep, planMachines, shortDigest, taintsOf } from '@atrium/provider-contract/plan-pools.ts'
import type {
  ClusterIdentity,
  DesiredInfrastructure,
  ObservedInfrastructure,
  Operation,
} from '@atrium/provider-contract/provider.ts'
import { plainVersion } from '@atrium/provider-contract/versions.ts'
import type { ClusterRequest, MachineRequest } from '../cloud/protocol.ts'

/** The steps of this provider with what each needs; `Operation.input` carries it. */
export type LocalOperation =
  | { type: 'create-control-plane'; input: { request: ClusterRequest } }
  | { type: 'change-version'; input: { request: ClusterRequest } }
  | { type: 'renew-certificates'; input: { request: string } }
  | { type: 'create-machine' | 'update-machine'; input: { name: string; request: MachineRequest } }
  | { type: 'delete-machine'; input: { name: string } }
  | { type: 'delete-cluster'; input: Record<string, never> }

/**
 * What leads from `observed` to `desired`. Machines may be created while the control plane starts: they join it by themselves.
 * A change of its version comes last: while it lasts, or cannot be done, machines are still looked after.
 */
export const plan = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): Operation[] => {
  const machines = planMachines(desired, observed).map(operationOf)
  const controlPlane = planControlPlane(desired, observed)
  return observed.exists ? [...machines, ...controlPlane] : [...controlPlane, ...machines]
}

const planControlPlane = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): Operation[] => {
  const { identity } = desired
  const kubernetesVersion = plainVersion(desired.kubernetesVersion)
  const request: ClusterRequest = { tenant: identity.tenant, name: identity.name, kubernetesVersion }
  if (!observed.exists)
    return [
      {
        key: 'create-control-plane',
        type: 'create-control-plane',
        summary: `Create the control plane of ${identity.name}, Kubernetes ${kubernetesVersion}`,
        disturbs: '',
        input: { request },
      },
    ]
  const renewal = planRenewal(desired, observed)
  if (observed.kubernetesVersion === kubernetesVersion) return renewal
  return [
    ...renewal,
    {
      key: `change-version/${kubernetesVersion}`,
      type: 'change-version',
      summary: `Upgrade the control plane from Kubernetes ${observed.kubernetesVersion} to ${kubernetesVersion}`,
      disturbs: 'The API server does not answer for a few seconds; machines are replaced one by one after that.',
      input: { request },
    },
  ]
}

const planRenewal = (
  { identity, certificatesSince: request = '' }: DesiredInfrastructure,
  { certificates }: ObservedInfrastructure,
): Operation[] => {
  if (!certificates || request <= certificates.renewedFor) return []
  return [
    {
      key: `renew-certificates/${request}`,
      type: 'renew-certificates',
      summary: `Renew the certificates of the control plane of ${identity.name}`,
      disturbs: 'The API server does not answer for a few seconds.',
      input: { request },
    },
  ]
}

const operationOf = (step: MachineStep): Operation => {
  if (step.type === 'delete') {
    const { name } = step.machine
    return {
      key: `delete-machine/${name}`,
      type: 'delete-machine',
      summary: `Delete machine ${name}: ${step.reason}`,
      disturbs: `Pods on ${name} move to other machines.`,
      input: { name },
    }
  }
  const { pool, reason } = step
  const name = step.type === 'create' ? step.name : step.machine.name
  const request: MachineRequest = {
    pool: pool.name,
    ordinal: step.type === 'create' ? step.ordinal : 0,
    isControlPlane: pool.isControlPlane,
    kubernetesVersion: pool.kubernetesVersion,
    labels: pool.labels,
    taints: taintsOf(pool),
  }
  const create = step.type === 'create'
  return {
    key: create ? `create-machine/${name}` : `update-machine/${name}/${shortDigest(request)}`,
    type: create ? 'create-machine' : 'update-machine',
    summary: `${create ? 'Create' : 'Update'} machine ${name}: ${reason}`,
    disturbs: create ? '' : `Pods that do not tolerate a new NoExecute taint leave ${name}.`,
    input: { name, request },
  }
}

/** The cloud takes a cluster down as a whole: processes, machines, volumes, load balancers. */
export const planDeletion = (identity: ClusterIdentity, observed: ObservedInfrastructure): Operation[] =>
  observed.exists
    ? [
        {
          key: 'delete-cluster',
          type: 'delete-cluster',
          summary: `Delete cluster ${identity.name} with everything in it`,
          disturbs: `${observed.resources.length} resources are removed and cannot be brought back.`,
          input: {},
        },
      ]
    : []
