export type RoleScope = 'tenant' | 'project' | 'resource'

/** One kind of resource and what can be done to it; a permission is `<key>.<operation>`. */
export interface PermissionGroup {
  key: string
  /** As the console and `GET /v1/permissions` show it. */
  name: string
  scopes: readonly RoleScope[]
  operations: readonly string[]
}

const crud = ['create', 'get', 'list', 'update', 'delete'] as const
const all = ['tenant', 'project', 'resource'] as const
const tenantAndProject = ['tenant', 'project'] as const
const tenant = ['tenant'] as const
const project = ['project'] as const
const snapshot = ['snapshotCreate', 'snapshotDelete', 'snapshotGet', 'snapshotList', 'snapshotUpdate'] as const
const vmActions = ['clone', 'migrate', 'pause', 'restart', 'resume', 'start', 'stop', ...snapshot] as const

/** Every permission there is, by resource key. */
export const catalogue = {
  apiKey: { name: 'API Key', scopes: tenant, operations: crud },
  appDeployment: { name: 'App Deployment', scopes: tenantAndProject, operations: crud },
  appProfile: { name: 'App Profile', scopes: project, operations: crud },
  audit: { name: 'Audit', scopes: tenantAndProject, operations: ['get', 'list'] },
  cloudaccount: { name: 'Cloud Account', scopes: all, operations: crud },
  cloudconfig: { name: 'Cloud Config', scopes: all, operations: crud },
  cluster: { name: 'Cluster', scopes: all, operations: [...crud, 'import'] },
  clusterGroup: { name: 'Cluster Group', scopes: tenantAndProject, operations: crud },
  clusterPair: { name: 'Cluster Pair', scopes: tenantAndProject, operations: ['get', 'list', 'update', 'delete'] },
  clusterProfile: { name: 'Cluster Profile', scopes: all, operations: [...crud, 'publish'] },
  clusterRbac: { name: 'Cluster RBAC', scopes: tenantAndProject, operations: crud },
  clusterTemplate: { name: 'Cluster Template', scopes: tenantAndProject, operations: crud },
  dnsMapping: { name: 'DNS Mapping', scopes: ['project', 'resource'], operations: crud },
  edgehost: { name: 'Edge Host', scopes: tenantAndProject, operations: [...crud, 'sshUpdate', 'sshUserUpdate'] },
  edgeToken: { name: 'Edge Token', scopes: tenant, operations: crud },
  filter: { name: 'Filter', scopes: tenant, operations: crud },
  location: { name: 'Location', scopes: all, operations: crud },
  machine: { name: 'Machine', scopes: all, operations: crud },
  macro: { name: 'Macro', scopes: all, operations: crud },
  packRegistry: { name: 'Pack Registry', scopes: all, operations: crud },
  privateGateway: { name: 'Private Gateway', scopes: tenantAndProject, operations: crud },
  project: { name: 'Project', scopes: tenantAndProject, operations: crud },
  role: { name: 'Role', scopes: tenant, operations: crud },
  /** Maintenance windows, as the public API calls them. */
  spcPolicy: { name: 'Cluster Policy', scopes: tenantAndProject, operations: crud },
  sshKey: { name: 'SSH Key', scopes: tenantAndProject, operations: crud },
  tag: { name: 'Tag', scopes: tenantAndProject, operations: ['update'] },
  team: { name: 'Team', scopes: tenant, operations: crud },
  /** Settings of the tenant itself: sign-in, password policy, limits, preferences. */
  tenant: { name: 'Tenant', scopes: tenant, operations: ['get', 'update'] },
  user: { name: 'User', scopes: tenant, operations: crud },
  virtualCloudConfig: { name: 'Virtual Cloud Config', scopes: project, operations: crud },
  virtualCluster: { name: 'Virtual Cluster', scopes: project, operations: crud },
  virtualMachine: { name: 'Virtual Machine', scopes: project, operations: [...crud, ...vmActions] },
  workspace: { name: 'Workspace', scopes: project, operations: [...crud, 'backup', 'restore'] },
} as const satisfies Record<string, Omit<PermissionGroup, 'key'>>

export type ResourceKey = keyof typeof catalogue
export type Permission = { [K in ResourceKey]: `${K}.${(typeof catalogue)[K]['operations'][number]}` }[ResourceKey]

/** The catalogue as a list, for roles of `scope` or for all. */
export const permissionGroups = (scope?: RoleScope): PermissionGroup[] =>
  Object.entries(catalogue)
    .map(([key, group]) => ({ key, ...group }))
    .filter((group) => scope === undefined || (group.scopes as readonly string[]).includes(scope))

/** The names of all permissions of a group. */
export const permissionsOf = (group: PermissionGroup): string[] =>
  group.operations.map((operation) => `${group.key}.${operation}`)

/** Whether a role of `scope` may hold `name`. */
export const isPermissionOf = (scope: RoleScope, name: string): boolean =>
  permissionGroups(scope).some((group) => permissionsOf(group).includes(name))
