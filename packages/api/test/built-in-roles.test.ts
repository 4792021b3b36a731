import { describe, expect, test } from 'vitest'
import { catalogue, permissionGroups, permissionsOf } from '../src/permissions/catalogue.ts'
import { builtInRoleNamed, builtInRoles } from '../src/permissions/roles.ts'

/** What the public API's clients know: each resource with the scopes of roles that can hold it. */
const scopesOf: Record<string, string> = {
  ...{ apiKey: 'T', audit: 'TP', appDeployment: 'TP', appProfile: 'P', cloudaccount: 'TPR', cloudconfig: 'TPR' },
  ...{ cluster: 'TPR', clusterPair: 'TP', clusterGroup: 'TP', clusterProfile: 'TPR', clusterRbac: 'TP' },
  ...{ dnsMapping: 'PR', edgehost: 'TP', edgeToken: 'T', filter: 'T', location: 'TPR', macro: 'TPR', machine: 'TPR' },
  ...{ privateGateway: 'TP', project: 'TP', role: 'T', sshKey: 'TP', tag: 'TP', team: 'T', user: 'T', workspace: 'P' },
  ...{ virtualCloudConfig: 'P', virtualCluster: 'P', virtualMachine: 'P', packRegistry: 'TPR' },
}
/** Beside create, get, list, update and delete. */
const special: Record<string, string> = {
  cluster: 'import',
  clusterProfile: 'publish',
  workspace: 'backup restore',
  edgehost: 'sshUpdate sshUserUpdate',
  virtualMachine:
    'clone migrate pause restart resume start stop snapshotCreate snapshotDelete snapshotGet snapshotList snapshotUpdate',
}
const only: Record<string, string> = { tag: 'update', audit: 'get list', clusterPair: 'get list update delete' }
const words = (text: string | undefined): string[] => text?.split(' ') ?? []

test.each(Object.entries(scopesOf))('%s is held by roles of scope %s', (key, letters) => {
  const group = permissionGroups().find((one) => one.key === key)
  expect(group?.scopes.map((scope) => scope[0]?.toUpperCase()).join('')).toBe(letters)
  const operations = only[key]
    ? words(only[key])
    : ['create', 'get', 'list', 'update', 'delete', ...words(special[key])]
  expect([...(group?.operations ?? [])].toSorted()).toEqual(operations.toSorted())
})

const everyOf = (keys: string, operations: string): string[] =>
  words(keys).flatMap((key) => words(operations).map((operation) => `${key}.${operation}`))
const whole = (keys: string): string[] =>
  words(keys).flatMap((key) => permissionsOf({ key, ...catalogue[key as keyof typeof catalogue] }))
const ofProject =
  'cloudaccount cloudconfig cluster clusterProfile clusterRbac dnsMapping edgehost location machine macro privateGateway sshKey workspace'
const ofCluster = 'cluster cloudconfig clusterRbac dnsMapping edgehost location machine macro sshKey'
const inputs = 'cloudaccount clusterProfile packRegistry privateGateway'
const byTags = 'cluster cloudconfig location machine macro'
const edit = 'get list update'

/** What each role holds at least, and what it must not hold. */
const table: [name: string, scope: string, holds: string[], lacks: string[]][] = [
  ['Tenant Admin', 'tenant', whole(Object.keys(scopesOf).join(' ')), []],
  [
    'Tenant Viewer',
    'tenant',
    everyOf('user team role apiKey cluster project', 'get list'),
    everyOf('user cluster', 'update'),
  ],
  [
    'Tenant Project Admin',
    'tenant',
    [...whole(`${ofProject} project`), ...everyOf('apiKey', 'get list')],
    [...whole('role team user'), 'apiKey.create'],
  ],
  [
    'Tenant Cluster Profile Admin',
    'tenant',
    [...whole('clusterProfile macro'), ...everyOf('packRegistry', 'get list'), 'tag.update'],
    ['packRegistry.update', 'cluster.get'],
  ],
  ['Tenant Role Admin', 'tenant', whole('role'), ['user.get']],
  [
    'Tenant Team Admin',
    'tenant',
    [...whole('team'), ...everyOf('user apiKey audit', 'get list')],
    ['user.update', 'role.update'],
  ],
  ['Tenant User Admin', 'tenant', [...whole('user apiKey'), ...everyOf('audit', 'get list')], ['team.update']],
  [
    'Project Admin',
    'project',
    [...whole(ofProject), ...everyOf('project', edit), ...everyOf('packRegistry audit', 'get list'), 'tag.update'],
    ['project.delete', 'packRegistry.update'],
  ],
  [
    'Project Editor',
    'project',
    [
      ...everyOf(ofProject, edit),
      'cloudconfig.create',
      'machine.delete',
      'clusterProfile.publish',
      'workspace.backup',
      'workspace.restore',
    ],
    everyOf('cluster clusterProfile workspace', 'create delete'),
  ],
  ['Project Viewer', 'project', everyOf(ofProject, 'get list'), everyOf(ofProject, 'create update delete')],
  [
    'Cluster Profile Admin',
    'project',
    [...whole('clusterProfile macro'), ...everyOf('packRegistry', 'get list')],
    ['cluster.get'],
  ],
  [
    'Cluster Profile Editor',
    'project',
    everyOf('clusterProfile macro', edit),
    everyOf('clusterProfile macro', 'create delete'),
  ],
  [
    'Cluster Profile Viewer',
    'project',
    everyOf('clusterProfile macro', 'get list'),
    everyOf('clusterProfile macro', 'update'),
  ],
  [
    'Cluster Admin',
    'project',
    [...whole(ofCluster), ...everyOf(inputs, 'get list')],
    everyOf(inputs, 'create update delete'),
  ],
  [
    'Cluster Editor',
    'project',
    [...everyOf(ofCluster, edit), 'machine.delete'],
    ['cluster.create', 'cluster.delete', 'cluster.import'],
  ],
  [
    'Cluster Viewer',
    'project',
    everyOf(`${ofCluster} ${inputs}`, 'get list'),
    everyOf(ofCluster, 'create update delete'),
  ],
  ['Cluster Account Admin', 'project', whole('cloudaccount'), ['cluster.get']],
  ['Cluster Account Editor', 'project', everyOf('cloudaccount', edit), everyOf('cloudaccount', 'create delete')],
  ['Cluster Account Viewer', 'project', everyOf('cloudaccount', 'get list'), ['cloudaccount.update']],
  ['Workspace Admin', 'project', whole('workspace'), ['cluster.get']],
  [
    'Workspace Operator',
    'project',
    everyOf('workspace', 'get list backup restore'),
    everyOf('workspace', 'create update delete'),
  ],
  [
    'Resource Cluster Admin',
    'resource',
    everyOf(byTags, 'get list update delete'),
    [...everyOf(byTags, 'create'), 'cluster.import'],
  ],
  ['Resource Cluster Editor', 'resource', everyOf(byTags, edit), everyOf(byTags, 'create delete')],
  ['Resource Cluster Viewer', 'resource', everyOf(byTags, 'get list'), everyOf(byTags, 'create update delete')],
  [
    'Resource Cluster Profile Admin',
    'resource',
    [...everyOf('clusterProfile macro', 'get list update delete'), 'clusterProfile.publish'],
    ['clusterProfile.create', 'cluster.get'],
  ],
  [
    'Resource Cluster Profile Editor',
    'resource',
    everyOf('clusterProfile macro', edit),
    everyOf('clusterProfile', 'create delete'),
  ],
  [
    'Resource Cluster Profile Viewer',
    'resource',
    everyOf('clusterProfile macro', 'get list'),
    ['clusterProfile.update'],
  ],
]

test.each(table)('%s, of scope %s, holds what it is known for and no more', (name, scope, holds, lacks) => {
  const role = builtInRoleNamed(name)
  const held = new Set<string>(role.permissions)
  expect(role.scope).toBe(scope)
  expect(holds.filter((permission) => !held.has(permission))).toEqual([])
  expect(lacks.filter((permission) => held.has(permission))).toEqual([])
})

describe('the roles', () => {
  test('for virtual clusters, apps and cluster groups are there in three strengths', () => {
    const kinds = ['Virtual Cluster', 'App Deployment', 'App Profile', 'Tenant Cluster Group']
    for (const name of kinds.flatMap((kind) => ['Admin', 'Editor', 'Viewer'].map((strength) => `${kind} ${strength}`)))
      expect(builtInRoleNamed(name).permissions.length).toBeGreaterThan(1)
  })

  test('of resources hold nothing but what tags can pick, and nobody tags by them', () => {
    const pickable = permissionGroups('resource').flatMap(permissionsOf)
    for (const role of builtInRoles.filter(({ scope }) => scope === 'resource'))
      expect(role.permissions.filter((name) => !pickable.includes(name))).toEqual([])
    expect(pickable).not.toContain('tag.update')
  })

  test('hold only what there is: no operation that some tables name and no resource has', () => {
    const known = permissionGroups().flatMap(permissionsOf)
    expect(builtInRoles.flatMap(({ permissions }) => permissions).filter((name) => !known.includes(name))).toEqual([])
    expect(known).not.toContain('cluster.edit')
  })
})
