import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import type { ClusterView } from './cloud/protocol.ts'
import type { CloudClient } from './cloud-client.ts'
import { findCluster, removeCluster } from './console.ts'

/** Clusters of nobody's: no server has a tenant of this uid, so none of them ever takes one for its own. */
const BARE = 'bare'

export interface BareCluster {
  name: string
  workers: number
  /** Without a leading `v`; null = the first that this machine has. */
  kubernetesVersion: string | null
}

export interface BareDeps {
  client: CloudClient
  clock: Clock
  random: Random
}

/** A first start may have to build programs. */
const READY_LIMIT_MS = 1_200_000
const LOOK_AGAIN_MS = 200

/** Clusters that were made here and that no server knows, unless somebody imported them. */
export const bareClusters = async (client: CloudClient): Promise<ClusterView[]> =>
  (await client.clusters()).filter(({ tenant }) => tenant === BARE)

/**
 * A control plane with one machine of its own and `workers` more, as somebody else would run it; resolves once it answers
 * and its nodes are ready. Throws `InvalidRequest` when there is one of that name.
 */
export const createBareCluster = async (deps: BareDeps, wanted: BareCluster): Promise<ClusterView> => {
  const { client, clock, random } = deps
  const { name, workers } = wanted
  if ((await bareClusters(client)).some((one) => one.name === name))
    throw new AtriumError('InvalidRequest', `there is a bare cluster ${name} already`)
  const kubernetesVersion = wanted.kubernetesVersion ?? (await client.about()).kubernetesVersions[0] ?? ''
  const uid = newUid(random)
  await client.putCluster(uid, { tenant: BARE, name, kubernetesVersion })
  const machine = { kubernetesVersion, labels: {}, taints: [] }
  await client.putMachine(uid, `${name}-cp-0`, { ...machine, pool: 'cp', ordinal: 0, isControlPlane: true })
  for (let ordinal = 0; ordinal < workers; ordinal += 1)
    await client.putMachine(uid, `${name}-worker-${ordinal}`, {
      ...{ ...machine, pool: 'worker' },
      ...{ ordinal, isControlPlane: false },
    })
  const deadline = clock.now() + READY_LIMIT_MS
  for (;;) {
    const view = await client.cluster(uid)
    if (view?.phase === 'ready' && view.machines.every(({ phase }) => phase === 'running')) return view
    if (clock.now() > deadline) throw new Error(`cluster ${name} is not ready yet: ${view?.message ?? 'it is gone'}`)
    await clock.sleep(LOOK_AGAIN_MS)
  }
}

/** The administrator's kubeconfig. Throws `ResourceNotFound` naming what there is, `InvalidState` while it does not answer. */
export const bareKubeconfig = async (client: CloudClient, wanted: string): Promise<string> => {
  const { uid, name, message } = findCluster(await bareClusters(client), wanted)
  const kubeconfig = await client.kubeconfig(uid)
  if (kubeconfig !== null) return kubeconfig
  throw new AtriumError('InvalidState', `cluster ${name} does not answer yet: ${message}`)
}

/** Removes it with all it has; of no other cluster. */
export const deleteBareCluster = async (client: CloudClient, wanted: string, clock: Clock): Promise<ClusterView> =>
  removeCluster(client, findCluster(await bareClusters(client), wanted).uid, clock)
