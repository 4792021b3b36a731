import type { KindName } from '@atrium/api/kinds/index.ts'
import { catalogue, type Permission, type ResourceKey } from '@atrium/api/permissions/catalogue.ts'

export type Verb = 'create' | 'get' | 'list' | 'update' | 'delete'

/** The permission resource that guards each kind; `tenant`: a part of the tenant itself. */
const resourceOf = {
  Project: 'project',
  Role: 'role',
  MacroSet: 'macro',
  Registry: 'packRegistry',
  Pack: 'packRegistry',
  ClusterProfile: 'clusterProfile',
  CloudAccount: 'cloudaccount',
  Cluster: 'cluster',
  Machine: 'machine',
  Workspace: 'workspace',
  MaintenancePolicy: 'spcPolicy',
  ClusterTemplate: 'clusterTemplate',
  ClusterGroup: 'clusterGroup',
  TagFilter: 'filter',
  SshKey: 'sshKey',
  EdgeToken: 'edgeToken',
  StorageLocation: 'location',
  SsoConfig: 'tenant',
  TenantCertificate: 'tenant',
} as const satisfies Record<KindName, ResourceKey>

/** The permission that `verb` on objects of `kind` needs. */
export function permissionFor(kind: KindName, verb: Verb): Permission {
  const resource = resourceOf[kind]
  if (resource !== 'tenant') return `${resource}.${verb}`
  // Who may read or change the tenant may do so with its parts.
  return verb === 'get' || verb === 'list' ? 'tenant.get' : 'tenant.update'
}

/**
 * Kinds whose objects of tenant scope are visible (read only) in every project: who may read them in one project may
 * read the tenant's too.
 */
const sharedDownwards: ReadonlySet<KindName> = new Set([
  'Registry',
  'Pack',
  'ClusterProfile',
  'CloudAccount',
  'MacroSet',
  'MaintenancePolicy',
  'ClusterTemplate',
  'ClusterGroup',
  'SshKey',
  'StorageLocation',
])
export const isSharedDownwards = (kind: KindName): boolean => sharedDownwards.has(kind)

/** Whether objects of tenant scope may refer to objects of any project: they gather these, and show them to nobody else. */
export const mayGather = (holder: KindName, gathered: KindName): boolean =>
  holder === 'ClusterGroup' && gathered === 'Cluster'

/** What is guarded apart from its cluster, and goes with it. */
const belowCluster: readonly ResourceKey[] = ['cloudconfig', 'machine', 'dnsMapping']

/** Whether resource roles can give this permission on objects of the kind; any permission, unless one is named. */
export function isGivenByTags(kind: KindName, permission?: string): boolean {
  const keys: readonly ResourceKey[] = kind === 'Cluster' ? [resourceOf[kind], ...belowCluster] : [resourceOf[kind]]
  return keys.some((key) => {
    const scopes: readonly string[] = catalogue[key].scopes
    return scopes.includes('resource') && (permission === undefined || permission.startsWith(`${key}.`))
  })
}
