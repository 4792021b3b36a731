import type { AccountAccess } from '@atrium/provider-contract/provider.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { type ClusterContext, readResolveContext } from '../../content/resolve-context.ts'
import { openAccount } from './account.ts'
import type { ClusterControllerDeps } from './deps.ts'
import { kubeconfigField } from './secrets.ts'

/** What a run reads beside the cluster: all in one transaction, since a fleet at rest is read again and again. */
export interface Surroundings {
  /** Throws what became of the reading: it is the reason of the phase that needs it, and of no other. */
  resolveContext(): ClusterContext
  /** Throws `PhaseFailure` when the account or one of its credentials is missing. */
  account(): AccountAccess
  machines: readonly StoredObject<'Machine'>[]
  /** The admin kubeconfig that was kept. */
  kubeconfig: Secret<string> | null
}

export const readContext = (tx: Tx, cluster: StoredObject<'Cluster'>): Promise<Surroundings['resolveContext']> =>
  outcomeOf(readResolveContext(tx, cluster))

export async function readSurroundings(
  tx: Tx,
  cluster: StoredObject<'Cluster'>,
  resolveContext: Surroundings['resolveContext'],
  { providers }: Pick<ClusterControllerDeps, 'providers'>,
): Promise<Surroundings> {
  const { uid } = cluster.meta
  const credentialKeys = providers.get(cluster.spec.cloudType)?.credentialKeys ?? []
  return {
    resolveContext,
    account: await outcomeOf(openAccount(tx, cluster, credentialKeys)),
    machines: (await tx.list('Machine', { where: { clusterUid: uid } })).items,
    kubeconfig: await tx.getSecret({ kind: 'Cluster', uid }, kubeconfigField),
  }
}

const outcomeOf = <T>(work: Promise<T>): Promise<() => T> =>
  work.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error
    },
  )
