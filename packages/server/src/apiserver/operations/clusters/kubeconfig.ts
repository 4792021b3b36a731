import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { getCluster } from './load.ts'

/** The secret field the cluster controller keeps the admin kubeconfig in. */
const field = 'kubeconfig'

/** The admin kubeconfig as text. Before it exists clients need exactly 404 `ResourceNotFound`: they read it as "none yet". */
export async function readKubeconfig(tx: Tx, uid: string): Promise<string> {
  const cluster = await getCluster(tx, uid)
  const kubeconfig = await tx.getSecret({ kind: 'Cluster', uid }, field)
  if (kubeconfig) return kubeconfig.reveal()
  const why = cluster.spec.import
    ? "has no kubeconfig here: it was imported, and its control plane is its owner's. Take the one its owner has."
    : 'has no kubeconfig yet: its control plane is not ready. Watch its condition ControlPlaneReady.'
  throw new AtriumError('ResourceNotFound', `Cluster '${cluster.meta.name}' ${why}`)
}
