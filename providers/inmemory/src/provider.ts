import { type MachineStep, planMachines, shortDigest, taintsOf } from '@atrium/provider-contract/plan-pools.ts'
import type {
  ApplyResult,
  ClusterIdentity,
  DesiredInfrastructure,
  DesiredPool,
  Journal,
  ObservedInfrastructure,
  Operation,
  Provider,
} from '@atrium/provider-contract/provider.ts'
import { plainVersion } from '@atrium/provider-contract/versions.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { CloudApi, MachineShape } from './cloud.ts'

/** A provider on a cloud in memory: for tests of controllers and for simulations. */
export const createInMemoryProvider = (cloud: CloudApi): Provider => ({
  cloudType: 'inmemory',
  credentialKeys: [],
  validateAccount: async () => undefined,
  parsePool,
  discover: async (_account, { what }) =>
    what === 'kubernetesVersions' ? (await cloud.versions()).map((id) => ({ id, name: `Kubernetes ${id}` })) : [],
  observe: async (identity) => cloud.observe(identity.uid),
  plan,
  planDeletion: ({ name }, observed) =>
    observed.exists ? [operation('delete-cluster', '', `Delete cluster ${name}`, {})] : [],
  apply: (step, identity, _account, journal) => apply(cloud, step, identity, journal),
  kubeconfig: async ({ uid }) =>
    (await cloud.observe(uid)).controlPlaneReady ? new Secret(`server: inmemory://${uid}\n`) : null,
})

/** Pools are written plainly: `poolConfig` holds `name`, `size`, `isControlPlane`, `labels`, `taints`, `version`, `updateStrategy`. */
const parsePool: Provider['parsePool'] = ({ poolConfig }, path): DesiredPool => {
  const { name, size } = poolConfig
  if (typeof name !== 'string' || name === '')
    throw new AtriumError('InvalidRequest', `${path}.poolConfig.name: is required`)
  if (typeof size !== 'number') throw new AtriumError('InvalidRequest', `${path}.poolConfig.size: must be a number`)
  return {
    name,
    size,
    isControlPlane: poolConfig.isControlPlane === true,
    useControlPlaneAsWorker: poolConfig.useControlPlaneAsWorker === true,
    labels: (poolConfig.labels ?? {}) as DesiredPool['labels'],
    taints: (poolConfig.taints ?? []) as DesiredPool['taints'],
    kubernetesVersion: typeof poolConfig.version === 'string' ? poolConfig.version : '',
    ...(poolConfig.updateStrategy === 'RollingUpdateScaleIn' ? { updateStrategy: poolConfig.updateStrategy } : {}),
  }
}

const operation = (type: string, id: string, summary: string, input: Record<string, unknown>): Operation => ({
  key: id === '' ? type : `${type}/${id}`,
  type,
  summary,
  disturbs: type.startsWith('create') ? '' : summary,
  input,
})

const plan = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): Operation[] => {
  const { tenant, name } = desired.identity
  const kubernetesVersion = plainVersion(desired.kubernetesVersion)
  const cluster = { tenant, name, kubernetesVersion }
  const steps = planMachines(desired, observed).map(machineOperation)
  if (!observed.exists) return [operation('create-cluster', '', `Create cluster ${name}`, cluster), ...steps]
  if (observed.kubernetesVersion === kubernetesVersion) return steps
  // Last, so that machines are looked after also while it is refused.
  return [
    ...steps,
    operation('change-version', kubernetesVersion, `Change to Kubernetes ${kubernetesVersion}`, cluster),
  ]
}

const machineOperation = (step: MachineStep): Operation => {
  if (step.type === 'delete') {
    const { name } = step.machine
    return operation('delete-machine', name, `Delete machine ${name}: ${step.reason}`, { name })
  }
  const name = step.type === 'create' ? step.name : step.machine.name
  const { isControlPlane, kubernetesVersion, labels } = step.pool
  const ordinal = step.type === 'create' ? step.ordinal : 0
  const shape: MachineShape = {
    ...{ pool: step.pool.name, ordinal, isControlPlane, kubernetesVersion, labels },
    taints: taintsOf(step.pool),
  }
  return step.type === 'create'
    ? operation('create-machine', name, `Create machine ${name}: ${step.reason}`, { name, shape })
    : operation('update-machine', `${name}/${shortDigest(shape)}`, `Update machine ${name}`, { name, shape })
}

const GOING_MS = 500

const apply = async (
  cloud: CloudApi,
  { type, key, input }: Operation,
  { uid }: ClusterIdentity,
  journal: Journal,
): Promise<ApplyResult> => {
  const name = String(input.name)
  if (type === 'delete-machine') await cloud.deleteMachine(uid, name)
  else if (type === 'delete-cluster')
    return (await cloud.deleteCluster(uid))
      ? { outcome: 'done' }
      : { outcome: 'working', waitingFor: 'the cloud takes the cluster down', afterMs: GOING_MS }
  else await put(cloud, { type, key, input }, uid, journal)
  return { outcome: 'done' }
}

const put = async (
  cloud: CloudApi,
  { type, key, input }: Pick<Operation, 'type' | 'key' | 'input'>,
  uid: string,
  journal: Journal,
): Promise<void> => {
  const name = String(input.name)
  if (type.startsWith('create')) await journal.begin(key)
  if (type === 'create-cluster' || type === 'change-version')
    await cloud.putCluster(uid, {
      ...{ tenant: String(input.tenant), name, kubernetesVersion: String(input.kubernetesVersion) },
    })
  else await cloud.putMachine(uid, name, input.shape as MachineShape)
  if (type.startsWith('create')) await journal.complete(key, { name })
}
