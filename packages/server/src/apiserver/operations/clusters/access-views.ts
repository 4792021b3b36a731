import type {
  v1ClusterNamespaceResource,
  v1ClusterRbac,
  v1ClusterResourcesEntity,
} from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { ACCESS_LAYER } from '../../../content/cluster-access.ts'

type Cluster = StoredObject<'Cluster'>

const resourcesOf = ({ spec }: Cluster): v1ClusterResourcesEntity =>
  (spec.clusterConfig['resources'] ?? {}) as v1ClusterResourcesEntity

export const viewNamespaces = (cluster: Cluster): v1ClusterNamespaceResource[] =>
  (resourcesOf(cluster).namespaces ?? []).map(({ metadata, spec }) => ({
    metadata: { name: metadata?.name ?? '' },
    spec,
    status: { errors: errorsOf(cluster) },
  }))

/** Bindings as they were sent, in their order: clients compare both. */
export const viewBindings = (cluster: Cluster): v1ClusterRbac[] =>
  (resourcesOf(cluster).rbacs ?? []).map(({ metadata, spec }) => ({
    metadata: { name: metadata?.name ?? '' },
    spec,
    status: { errors: errorsOf(cluster) },
  }))

/** Namespaces and bindings are one layer in the cluster: why it cannot be applied is told with each. */
const errorsOf = ({ status }: Cluster): { name: string; msg: string }[] =>
  failuresOf(status, ACCESS_LAYER).map((message) => ({ name: ACCESS_LAYER, msg: message }))

/** Why a layer that is of no profile cannot be applied. */
export const failuresOf = ({ layers }: Cluster['status'], layer: string): string[] =>
  (layers ?? [])
    .filter(({ name, profileUid, state }) => name === layer && profileUid === '' && state === 'Error')
    .map(({ message }) => message)
