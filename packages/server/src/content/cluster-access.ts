import { createHash } from 'node:crypto'
import type {
  v1ClusterNamespaceResourceAllocation,
  v1ClusterRbacBinding,
  v1ClusterResourcesEntity,
} from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { type WorkspaceShare, workspaceLayer } from './workspace-share.ts'

/** Name of the layer with a cluster's namespaces and bindings. */
export const ACCESS_LAYER = 'cluster-access'

/** Before all other add-ons: they may live in these namespaces. What it holds waits for nothing, so it holds up nobody. */
const PRIORITY = -1_000_000

/** What is to be inside a cluster beside its profiles: namespaces with their quotas, and who holds which role. */
interface Access {
  /** Name of the layer that it is. No profile has an empty name, so nothing else has the id `/<layer>`. */
  layer: string
  namespaces: readonly { name: string; allocation: v1ClusterNamespaceResourceAllocation | undefined }[]
  bindings: readonly v1ClusterRbacBinding[]
}

/**
 * Everything a cluster declares inside itself: its profiles; its namespaces and bindings as a layer of their own,
 * `/cluster-access`; and those of each of its workspaces. Nothing in one that is only watched. Pure.
 */
export function declaredProfiles(
  spec: Pick<ClusterSpec, 'profiles' | 'clusterConfig' | 'import'>,
  workspaces: readonly WorkspaceShare[],
): AttachedProfile[] {
  if (spec.import?.mode === 'read-only') return []
  const access = [ownAccess(spec), ...workspaces.map(workspaceAccess)].filter(
    ({ namespaces, bindings }) => namespaces.length > 0 || bindings.length > 0,
  )
  return access.length === 0 ? spec.profiles : [...spec.profiles, ...access.map(accessProfile)]
}

function ownAccess({ clusterConfig }: Pick<ClusterSpec, 'clusterConfig'>): Access {
  const { namespaces, rbacs } = (clusterConfig['resources'] ?? {}) as v1ClusterResourcesEntity
  return {
    layer: ACCESS_LAYER,
    namespaces: (namespaces ?? []).map(({ metadata, spec }) => ({
      name: metadata?.name ?? '',
      allocation: spec?.resourceAllocation,
    })),
    bindings: (rbacs ?? []).flatMap(({ spec }) => spec?.bindings ?? []),
  }
}

/** Named by uid: a workspace may be given another name. */
const workspaceAccess = ({ uid, namespaces, bindings }: WorkspaceShare): Access => ({
  layer: workspaceLayer(uid),
  namespaces,
  bindings,
})

function accessProfile({ layer, namespaces, bindings }: Access): AttachedProfile {
  const names = [...namespaces.map(({ name }) => name), ...bindings.map((binding) => binding.namespace ?? '')]
  const additionalNamespaces = [...new Set(names)].filter((name) => name !== '')
  const objects = [
    ...namespaces.flatMap(({ name, allocation }) => quotaOf(name, allocation, layer)),
    ...uniqueByName(bindings.map((binding) => bindingObject(binding, layer))),
  ]
  return {
    ...{ uid: '', name: '', version: '', type: 'system', cloudType: 'all', variables: [], variableValues: {} },
    layers: [
      {
        ...{ name: layer, type: 'manifest', layer: 'addon', tag: '', version: '' },
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

/** Several layers may speak of one namespace: what each makes has a name of its own, and every quota holds. */
const ownName = (name: string, layer: string): string => (layer === ACCESS_LAYER ? name : `${name}-${layer}`)

/** Quotas are on what pods ask for: that is what the scheduler gives away. */
function quotaOf(
  namespace: string,
  allocation: v1ClusterNamespaceResourceAllocation | undefined,
  layer: string,
): object[] {
  const { cpuCores, memoryMiB, gpuConfig } = allocation ?? {}
  const gpus = gpuConfig?.limit ?? -1
  const hard = {
    ...(cpuCores !== undefined && { 'requests.cpu': String(cpuCores) }),
    ...(memoryMiB !== undefined && { 'requests.memory': `${Math.round(memoryMiB)}Mi` }),
    ...(gpuConfig && gpus >= 0 && { [`requests.${gpuConfig.provider ?? 'nvidia'}.com/gpu`]: String(gpus) }),
  }
  if (Object.keys(hard).length === 0) return []
  const named = { name: ownName('atrium-quota', layer), namespace }
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
function bindingObject(binding: v1ClusterRbacBinding, layer: string): Binding {
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
  const name = ownName(`atrium-${createHash('sha256').update(said).digest('hex').slice(0, 16)}`, layer)
  const metadata = isInNamespace && namespace ? { name, namespace } : { name }
  return { apiVersion: `${group}/v1`, kind: type, metadata, roleRef, subjects: listed }
}

const uniqueByName = (bindings: readonly Binding[]): Binding[] => [
  ...new Map(bindings.map((binding) => [binding.metadata.name, binding])).values(),
]
