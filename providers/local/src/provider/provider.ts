import type { MachineState } from '@atrium/api/kinds/machine.ts'
import {
  type AccountAccess,
  type ApplyResult,
  type ClusterIdentity,
  type DiscoverQuery,
  type Journal,
  nothingObserved,
  type ObservedInfrastructure,
  type ObservedMachine,
  type Operation,
  type Provider,
  ProviderError,
} from '@atrium/provider-contract/provider.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { ClusterView, MachinePhase, MachineView } from '../cloud/protocol.ts'
import { type CloudClient, CloudRequestError } from '../cloud-client.ts'
import { parsePool } from './parse-pool.ts'
import { type LocalOperation, plan, planDeletion } from './plan.ts'

/** While machines drain or processes end. */
const LOOK_AGAIN_MS = 400

/** Clusters on this machine, through the cloud daemon that runs them. */
export const createLocalProvider = ({ cloud }: { cloud: CloudClient }): Provider => ({
  cloudType: 'local',
  credentialKeys: [],
  parsePool,
  machineCapacity: () => machine,
  plan,
  planDeletion,
  async validateAccount() {
    await ask(() => cloud.about())
  },
  discover: (_account: AccountAccess, query: DiscoverQuery) => ask(() => discover(cloud, query)),
  observe: (identity) => ask(async () => observed(await ownCluster(cloud, identity))),
  apply: (operation, identity, _account, journal) => ask(() => apply(operation, identity, journal, cloud)),
  kubeconfig: (identity) =>
    ask(async () => {
      if ((await ownCluster(cloud, identity)) === null) return null
      const text = await cloud.kubeconfig(identity.uid)
      return text === null ? null : new Secret(text)
    }),
})

/** What a simulated machine claims to have. */
const machine = { cpu: 4000, memory: 16 * 1024 }

/** The cloud's refusals as the contract's errors. */
const ask = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof CloudRequestError)) throw error
    const { reaction, reason, message, nextStep } = error.fault
    throw new ProviderError(reaction, reason, message, nextStep, error)
  }
}

const discover = async (cloud: CloudClient, query: DiscoverQuery): Promise<{ id: string; name: string }[]> => {
  if (query.what === 'kubernetesVersions')
    return (await cloud.about()).kubernetesVersions.map((version) => ({ id: version, name: `Kubernetes ${version}` }))
  if (query.what === 'regions') return [{ id: 'local', name: 'This machine' }]
  if (query.what === 'instanceTypes') return [{ id: 'local', name: 'Simulated machine, 4 CPU, 16 GiB' }]
  return []
}

const ownCluster = async (cloud: CloudClient, identity: ClusterIdentity): Promise<ClusterView | null> => {
  const cluster = await cloud.cluster(identity.uid)
  if (cluster !== null && cluster.tenant !== identity.tenant)
    throw new ProviderError(
      'user',
      'ClusterOfAnother',
      'the cluster belongs to another tenant',
      'Delete and create it.',
    )
  return cluster
}

const states: Record<MachinePhase, MachineState> = {
  starting: 'Provisioned',
  running: 'Running',
  // Machines of the contract run or are broken: one that is off does not do its work.
  stopped: 'Failed',
  deleting: 'Deleting',
  terminated: 'Deleted',
}

const observed = (cluster: ClusterView | null): ObservedInfrastructure => {
  if (cluster === null) return nothingObserved
  return {
    exists: true,
    controlPlaneReady: cluster.phase === 'ready',
    controlPlaneMessage: cluster.message,
    endpoint: cluster.endpoint,
    machines: cluster.machines.map(observedMachine),
    ordinals: cluster.ordinals,
    resources: cluster.resources,
    ...(cluster.certificates && { certificates: cluster.certificates }),
    kubernetesVersion: cluster.kubernetesVersion,
  }
}

const observedMachine = (machine: MachineView): ObservedMachine => {
  const { providerId, name, pool, isControlPlane, message, kubernetesVersion, addresses, labels, taints } = machine
  return {
    ...{ providerId, name, pool, isControlPlane, message, kubernetesVersion, addresses, labels, taints },
    state: states[machine.phase],
  }
}

const done: ApplyResult = { outcome: 'done' }

const apply = async (
  operation: Operation,
  { uid }: ClusterIdentity,
  journal: Journal,
  cloud: CloudClient,
): Promise<ApplyResult> => {
  // Operations come from `plan` above, directly or out of a record of it.
  const step = { type: operation.type, input: operation.input } as LocalOperation
  switch (step.type) {
    case 'create-control-plane':
      return remembered(operation.key, journal, async () => {
        const { endpoint } = await cloud.putCluster(uid, step.input.request)
        return { endpoint }
      })
    case 'change-version':
      return changeVersion(await cloud.putCluster(uid, step.input.request), step.input.request.kubernetesVersion)
    case 'renew-certificates':
      return renewCertificates(cloud, uid, step.input.request)
    case 'create-machine':
      return remembered(operation.key, journal, () => createMachine(cloud, uid, step.input))
    case 'update-machine':
      await cloud.putMachine(uid, step.input.name, step.input.request)
      return done
    case 'delete-machine':
      return deleteMachine(cloud, uid, step.input.name)
    case 'delete-cluster':
      return deleteCluster(cloud, uid)
  }
}

/** The cloud itself makes creates idempotent by name; the journal says what was asked for before it existed. */
const remembered = async (
  key: string,
  journal: Journal,
  create: () => Promise<Record<string, unknown>>,
): Promise<ApplyResult> => {
  await journal.begin(key)
  await journal.complete(key, await create())
  return done
}

/** The cloud goes on by itself: asked again it changes nothing, and tells how far it is. */
const changeVersion = ({ kubernetesVersion, upgrade }: ClusterView, wanted: string): ApplyResult => {
  if (kubernetesVersion === wanted || upgrade === null) return done
  const { failure, message } = upgrade
  if (failure === '') return { outcome: 'working', waitingFor: message, afterMs: LOOK_AGAIN_MS }
  const back = `To stay on Kubernetes ${kubernetesVersion}, give the kubernetes layer that version again.`
  throw new ProviderError('user', 'KubernetesUpgradeFailed', failure, `Correct what it says. ${back}`)
}

const renewCertificates = async (cloud: CloudClient, uid: string, request: string): Promise<ApplyResult> => {
  const { certificates, message } = await cloud.renewCertificates(uid, request)
  if (certificates !== null && certificates.renewedFor >= request) return done
  const waitingFor = message || 'the control plane to be started with renewed certificates'
  return { outcome: 'working', waitingFor, afterMs: LOOK_AGAIN_MS }
}

type MachineInput = Extract<LocalOperation, { type: 'create-machine' | 'update-machine' }>['input']

const createMachine = async (
  cloud: CloudClient,
  uid: string,
  { name, request }: MachineInput,
): Promise<Record<string, unknown>> => {
  try {
    await cloud.putMachine(uid, name, request)
  } catch (error) {
    // A late repetition: it was created and has gone since. The next plan says what is missing.
    if (!(error instanceof CloudRequestError && error.fault.reason === 'MachineIsGone')) throw error
  }
  return { name }
}

const deleteMachine = async (cloud: CloudClient, uid: string, name: string): Promise<ApplyResult> => {
  await cloud.deleteMachine(uid, name)
  const machine = (await cloud.cluster(uid))?.machines.find((one) => one.name === name)
  return machine === undefined
    ? done
    : { outcome: 'working', waitingFor: `machine ${name}: ${machine.message}`, afterMs: LOOK_AGAIN_MS }
}

const deleteCluster = async (cloud: CloudClient, uid: string): Promise<ApplyResult> => {
  await cloud.deleteCluster(uid)
  const cluster = await cloud.cluster(uid)
  if (cluster === null) return done
  const running = cluster.processes.filter((process) => process.running).map((process) => process.name)
  const waitingFor = running.length > 0 ? `${running.join(', ')} to end` : 'its files to be removed'
  return { outcome: 'working', waitingFor, afterMs: LOOK_AGAIN_MS }
}
