import {
  catalogue,
  type Permission,
  permissionGroups,
  permissionsOf,
  type ResourceKey,
  type RoleScope,
} from './catalogue.ts'

/** A role every tenant has from its first day; nobody can change it. */
export interface BuiltInRole {
  /** Fixed: the same in every tenant. */
  uid: string
  name: string
  scope: RoleScope
  permissions: readonly Permission[]
}

type Operations = 'all' | 'read' | 'edit' | readonly string[]
const read = ['get', 'list'] as const
const edit = ['get', 'list', 'update'] as const

function grant(key: ResourceKey, operations: Operations): Permission[] {
  const known: readonly string[] = catalogue[key].operations
  const asked = { all: known, read, edit }[operations as string] ?? (operations as readonly string[])
  return asked.filter((operation) => known.includes(operation)).map((operation) => `${key}.${operation}` as Permission)
}
const grants = (keys: readonly ResourceKey[], operations: Operations): Permission[] =>
  keys.flatMap((key) => grant(key, operations))

const everything = permissionGroups().flatMap(permissionsOf) as Permission[]
const readable = everything.filter((name) => name.endsWith('.get') || name.endsWith('.list'))

/** What a project is made of; its administrators hold all of it. */
const projectResources = [
  'cloudaccount',
  'cloudconfig',
  'cluster',
  'clusterGroup',
  'clusterProfile',
  'clusterRbac',
  'clusterTemplate',
  'dnsMapping',
  'edgehost',
  'location',
  'machine',
  'macro',
  'privateGateway',
  'spcPolicy',
  'sshKey',
  'workspace',
] as const
const clusterResources = [
  'cluster',
  'cloudconfig',
  'clusterRbac',
  'dnsMapping',
  'edgehost',
  'location',
  'machine',
  'macro',
  'sshKey',
] as const
const clusterInputs = [
  'cloudaccount',
  'clusterProfile',
  'clusterTemplate',
  'packRegistry',
  'privateGateway',
  'project',
] as const
const resourceCluster = ['cluster', 'cloudconfig', 'dnsMapping', 'location', 'machine', 'macro'] as const
const withoutCreate = ['get', 'list', 'update', 'delete', 'publish'] as const

type Definition = [name: string, permissions: Permission[]]

const tenantRoles: Definition[] = [
  ['Tenant Admin', everything],
  ['Tenant Viewer', readable],
  [
    'Tenant Project Admin',
    [
      ...grants(projectResources, 'all'),
      ...grant('project', 'all'),
      ...grants(['apiKey', 'packRegistry', 'audit'], 'read'),
      'tag.update',
    ],
  ],
  [
    'Tenant Cluster Profile Admin',
    [...grants(['clusterProfile', 'macro'], 'all'), ...grant('packRegistry', 'read'), 'tag.update'],
  ],
  ['Tenant Role Admin', grant('role', 'all')],
  ['Tenant Team Admin', [...grant('team', 'all'), ...grants(['user', 'apiKey', 'audit'], 'read')]],
  ['Tenant User Admin', [...grants(['user', 'apiKey'], 'all'), ...grant('audit', 'read')]],
  ['Tenant Cluster Group Admin', grant('clusterGroup', 'all')],
  ['Tenant Cluster Group Editor', grant('clusterGroup', 'edit')],
  ['Tenant Cluster Group Viewer', grant('clusterGroup', 'read')],
]

const projectReads = grants(['project', 'packRegistry'], 'read')
const projectRoles: Definition[] = [
  [
    'Project Admin',
    [
      ...grants(projectResources, 'all'),
      ...grant('project', 'edit'),
      ...grants(['packRegistry', 'audit'], 'read'),
      'tag.update',
    ],
  ],
  [
    'Project Editor',
    [
      ...grants(projectResources, 'edit'),
      'cloudconfig.create',
      'machine.delete',
      'clusterProfile.publish',
      'workspace.backup',
      'workspace.restore',
      ...grant('project', 'edit'),
      ...grants(['packRegistry', 'audit'], 'read'),
      'tag.update',
    ],
  ],
  ['Project Viewer', [...grants(projectResources, 'read'), ...grants(['project', 'packRegistry', 'audit'], 'read')]],
  ['Cluster Profile Admin', [...grants(['clusterProfile', 'macro'], 'all'), ...projectReads, 'tag.update']],
  [
    'Cluster Profile Editor',
    [...grants(['clusterProfile', 'macro'], 'edit'), 'clusterProfile.publish', ...projectReads, 'tag.update'],
  ],
  ['Cluster Profile Viewer', [...grants(['clusterProfile', 'macro'], 'read'), ...projectReads]],
  ['Cluster Admin', [...grants(clusterResources, 'all'), ...grants(clusterInputs, 'read'), 'tag.update']],
  [
    'Cluster Editor',
    [
      ...grants(clusterResources, 'edit'),
      'cloudconfig.create',
      'machine.delete',
      ...grants(clusterInputs, 'read'),
      'tag.update',
    ],
  ],
  ['Cluster Viewer', grants([...clusterResources, ...clusterInputs], 'read')],
  ['Cluster Account Admin', [...grant('cloudaccount', 'all'), ...grant('project', 'read')]],
  ['Cluster Account Editor', [...grant('cloudaccount', 'edit'), ...grant('project', 'read')]],
  ['Cluster Account Viewer', grants(['cloudaccount', 'project'], 'read')],
  ['Workspace Admin', [...grant('workspace', 'all'), ...grant('project', 'read')]],
  ['Workspace Operator', [...grant('workspace', ['get', 'list', 'backup', 'restore']), ...grant('project', 'read')]],
  ['Virtual Cluster Admin', [...grants(['virtualCluster', 'virtualCloudConfig'], 'all'), ...grant('project', 'read')]],
  [
    'Virtual Cluster Editor',
    [...grants(['virtualCluster', 'virtualCloudConfig'], 'edit'), ...grant('project', 'read')],
  ],
  ['Virtual Cluster Viewer', grants(['virtualCluster', 'virtualCloudConfig', 'project'], 'read')],
  ['App Deployment Admin', [...grant('appDeployment', 'all'), ...grants(['appProfile', 'project'], 'read')]],
  ['App Deployment Editor', [...grant('appDeployment', 'edit'), ...grants(['appProfile', 'project'], 'read')]],
  ['App Deployment Viewer', grants(['appDeployment', 'appProfile', 'project'], 'read')],
  ['App Profile Admin', [...grant('appProfile', 'all'), ...grants(['packRegistry', 'project'], 'read')]],
  ['App Profile Editor', [...grant('appProfile', 'edit'), ...grants(['packRegistry', 'project'], 'read')]],
  ['App Profile Viewer', grants(['appProfile', 'packRegistry', 'project'], 'read')],
]

const resourceRoles: Definition[] = [
  ['Resource Cluster Admin', grants(resourceCluster, withoutCreate)],
  ['Resource Cluster Editor', grants(resourceCluster, 'edit')],
  ['Resource Cluster Viewer', grants(resourceCluster, 'read')],
  ['Resource Cluster Profile Admin', grants(['clusterProfile', 'macro'], withoutCreate)],
  ['Resource Cluster Profile Editor', grants(['clusterProfile', 'macro'], 'edit')],
  ['Resource Cluster Profile Viewer', grants(['clusterProfile', 'macro'], 'read')],
]

/** Uids are given by place and kept for ever: add new roles at the end of their list. */
const build = (scope: RoleScope, block: number, definitions: Definition[]): BuiltInRole[] =>
  definitions.map(([name, permissions], index) => ({
    uid: (block * 256 + index + 1).toString(16).padStart(24, '0'),
    name,
    scope,
    permissions: [...new Set(permissions)].sort(),
  }))

export const builtInRoles: readonly BuiltInRole[] = [
  ...build('tenant', 1, tenantRoles),
  ...build('project', 2, projectRoles),
  ...build('resource', 3, resourceRoles),
]

/** The built-in role of this uid. */
export const builtInRole = (uid: string): BuiltInRole | undefined => builtInRoles.find((role) => role.uid === uid)

/** The built-in role of this name; a name we do not have is a mistake in our own code. */
export function builtInRoleNamed(name: string): BuiltInRole {
  const role = builtInRoles.find((candidate) => candidate.name === name)
  if (!role) throw new Error(`no built-in role is called ${name}`)
  return role
}
