import { createHash } from 'node:crypto'
import type {
  v1ClusterNamespaceResourceInputEntity,
  v1ClusterRbacBinding,
  v1ClusterRbacInputEntity,
  v1ClusterResourcesEntity,
} from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'

/** Name of the layer with a cluster's namespaces and bindings. */
export const ACCESS_LAYER = 'cluster-access'

/** Before all other add-ons: they may live in these namespaces. What it holds waits for nothing, so it holds up nobody. */
const PRIORITY = -1_000_000

/**
 * Everything a cluster declares inside itself: its profiles, and its namespaces and bindings as a layer of their own,
 * `/cluster-access`. No profile has an empty name, so nothing else has that id. Nothing in one that is only watched. Pure.
 */
export function declaredProfiles(spec: Pick<ClusterSpec, 'profiles' | 'clusterConfig' | 'import'>): AttachedProfile[] {
  if (spec.import?.mode === 'read-only') return []
  const { namespaces, rbacs } = (spec.clusterConfig['resources'] ?? {}) as v1ClusterResourcesEntity
  const access = accessProfile(namespaces ?? [], bindingsOf(rbacs ?? []))
  return access ? [...spec.profiles, access] : spec.profiles
}

const bindingsOf = (rbacs: readonly v1ClusterRbacInputEntity[]): v1ClusterRbacBinding[] =>
  rbacs.flatMap(({ spec }) => spec?.bindings ?? [])

function accessProfile(
  namespaces: readonly v1ClusterNamespaceResourceInputEntity[],
  bindings: readonly v1ClusterRbacBinding[],
): AttachedProfile | null {
  if (namespaces.length === 0 && bindings.length === 0) return null
  const names = [
    ...namespaces.map(({ metadata }) => metadata?.name ?? ''),
    ...bindings.map((binding) => binding.namespace ?? ''),
  ]
  const additionalNamespaces = [...new Set(names)].filter((name) => name !== '')
  const objects = [...namespaces.flatMap(quotaOf), ...uniqueByName(bindings.map(bindingObject))]
  return {
    ...{ uid: '', name: '', version: '', type: 'system', cloudType: 'all', variables: [], variableValues: {} },
    layers: [
      {
        ...{ name: ACCESS_LAYER, type: 'manifest', layer: 'addon', tag: '', version: '' },
        ...{ registryUid: '', packUid: '' },
        // JSON is YAML.
        values: JSON.stringify({ pack: { 'spectrocloud.com/install-priority': PRIORITY, additionalNamespaces } }),
        manifests: [
          { uid: '', name: 'access', content: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) },
        ],
      },
    ],
  }
}

/** Quotas are on what pods ask for: that is what the scheduler gives away. */
function quotaOf({ metadata, spec }: v1ClusterNamespaceResourceInputEntity): object[] {
  const { cpuCores, memoryMiB, gpuConfig } = spec?.resourceAllocation ?? {}
  const gpus = gpuConfig?.limit ?? -1
  const hard = {
    ...(cpuCores !== undefined && { 'requests.cpu': String(cpuCores) }),
    ...(memoryMiB !== undefined && { 'requests.memory': `${Math.round(memoryMiB)}Mi` }),
    ...(gpuConfig && gpus >= 0 && { [`requests.${gpuConfig.provider ?? 'nvidia'}.com/gpu`]: String(gpus) }),
  }
  if (Object.keys(hard).length === 0) return []
  const named = { name: 'atrium-quota', namespace: metadata?.name }
  return [{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: named, spec: { hard } }]
}

interface Binding {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
  roleRef: object
  subjects: object[]
}

/** Named after what it says: the role of a binding cannot be changed, so another role is another binding. */
function bindingObject(binding: v1ClusterRbacBinding): Binding {
  const { type = 'RoleBinding', namespace, role, subjects } = binding
  const group = 'rbac.authorization.k8s.io'
  const roleRef = { apiGroup: group, kind: role?.kind, name: role?.name }
  const isInNamespace = type === 'RoleBinding'
  const listed = (subjects ?? []).map((subject) =>
    subject.type === 'ServiceAccount'
      ? { kind: subject.type, name: subject.name, namespace: subject.namespace }
      : { kind: subject.type, name: subject.name, apiGroup: group },
  )
  const said = JSON.stringify([type, isInNamespace ? namespace : '', roleRef, listed])
  const name = `atrium-${createHash('sha256').update(said).digest('hex').slice(0, 16)}`
  const metadata = isInNamespace && namespace ? { name, namespace } : { name }
  return { apiVersion: `${group}/v1`, kind: type, metadata, roleRef, subjects: listed }
}

const uniqueByName = (bindings: readonly Binding[]): Binding[] => [
  ...new Map(bindings.map((binding) => [binding.metadata.name, binding])).values(),
]
