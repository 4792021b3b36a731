import { groupOf, type KubeRef, keyOf } from './object.ts'

/** One object that we created and answer for. */
export interface InventoryEntry extends KubeRef {
  /** Stays when its layer goes (`helm.sh/resource-policy: keep`). */
  keep?: boolean
}

/** Entries of `before` that `after` no longer has: what an update or removal must delete. Pure. */
export function removedEntries(before: InventoryEntry[], after: InventoryEntry[]): InventoryEntry[] {
  const staying = new Set(after.map(keyOf))
  return before.filter((entry) => !staying.has(keyOf(entry)))
}

/**
 * Helm's install order: what others need comes first. Kinds that are not listed (custom resources) come last.
 * Deletion goes backwards.
 */
const order = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]
const rank = new Map(order.map((kind, index) => [kind, index]))
const rankOf = (ref: Pick<KubeRef, 'kind'>): number => rank.get(ref.kind) ?? order.length

/** Sorted for creation; stable within a kind. Reverse it for deletion. */
export const inInstallOrder = <T extends Pick<KubeRef, 'kind'>>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => rankOf(a) - rankOf(b))

export const isDefinition = (ref: KubeRef): boolean =>
  ref.kind === 'CustomResourceDefinition' && groupOf(ref.apiVersion) === 'apiextensions.k8s.io'
export const isNamespace = (ref: KubeRef): boolean => ref.kind === 'Namespace' && groupOf(ref.apiVersion) === ''
