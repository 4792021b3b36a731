import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { made, succeed } from './support/calls.ts'
import { clusterBody, type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'
import { giveTagged, newFilter, uidOf } from './support/roles.ts'

let api: TestApi
let base: MadeCluster
let admin: Caller
let red: string

beforeAll(async () => {
  api = await openClusterApi()
  base = await newCluster(api)
  admin = api.as({ ApiKey: (await api.newUser(base.tenant, [{ role: 'Tenant Admin' }])).apiKey })
  const body = { ...clusterBody(base.account, [base.infra]), metadata: { name: 'two', labels: { team: 'red' } } }
  red = await made(base.call, 'POST /v1/spectroclusters/cloudTypes/local', body)
})
afterAll(() => api.close())

const explain = (call: Caller, query: Record<string, string>) => call('GET /atrium/v1/permissions/explain', { query })
const onCluster = (permission: string, uid = base.cluster) => ({ permission, kind: 'Cluster', uid })
const names = (list: { name: string }[]): string[] => list.map(({ name }) => name)

describe('a permission is explained by', () => {
  test('the role that gives it, and whose it is', async () => {
    const user = await api.newUser(base.tenant, [{ role: 'Cluster Editor', project: base.project }])
    const team = await made(admin, 'POST /v1/teams', { metadata: { name: 'crew' }, spec: { users: [user.uid] } })
    await succeed(admin, `PUT /v1/teams/${team}/projects`, {
      projects: [{ projectUid: base.project, roles: [uidOf('Cluster Admin')] }],
    })
    const { body, status, text } = await explain(user.call, onCluster('cluster.update'))
    expect(status, text).toBe(200)
    expect(body).toMatchObject({ allowed: true, extent: 'all', permission: 'cluster.update', missing: [] })
    expect(body.givenBy).toEqual([
      { role: { uid: uidOf('Cluster Editor'), name: 'Cluster Editor' }, scope: 'project', project: base.project },
      {
        role: { uid: uidOf('Cluster Admin'), name: 'Cluster Admin' },
        scope: 'project',
        project: base.project,
        team: { uid: team, name: 'crew' },
      },
    ])
    const deletes = (await explain(user.call, onCluster('cluster.delete'))).body
    expect(deletes.givenBy).toHaveLength(1)
    expect(deletes.summary).toContain("cluster.delete on this Cluster by 'Cluster Admin'")
  })

  test('the resource role and the filter that lets its tags pass, or would let others pass', async () => {
    const user = await api.newUser(base.tenant, [{ role: 'Cluster Viewer', project: base.project }])
    const filter = await newFilter(admin, 'blue', { key: 'team', values: ['blue'] })
    const never = await newFilter(admin, 'never', { key: 'never' })
    await giveTagged(admin, `users/${user.uid}`, {
      roles: ['Resource Cluster Admin'],
      projects: [base.project],
      filters: [filter, never],
    })
    const asAdmin = (uid: string) => explain(admin, { ...onCluster('cluster.delete', uid), user: user.uid })
    const given = (await asAdmin(base.cluster)).body
    expect(given).toMatchObject({ allowed: true, missedBy: [] })
    expect(given.givenBy).toMatchObject([{ scope: 'resource', filters: [{ uid: filter, name: 'blue' }] }])
    const missed = (await asAdmin(red)).body
    expect(missed).toMatchObject({ allowed: false, extent: 'none', givenBy: [], missing: ['cluster.delete'] })
    expect(missed.missedBy).toMatchObject([
      { role: { name: 'Resource Cluster Admin' }, filters: [{ name: 'blue' }, { name: 'never' }] },
    ])
    // The holder may not read filters, so none is named.
    expect((await explain(user.call, onCluster('cluster.delete'))).body.givenBy[0]).not.toHaveProperty('filters')
    const inProject = (await explain(user.call, { permission: 'cluster.delete', project: base.project })).body
    expect(inProject).toMatchObject({ allowed: false, extent: 'some' })
    expect(inProject.summary).toContain('on some objects in this project only')
  })

  test('the role in a workspace', async () => {
    const user = await api.newUser(base.tenant, [])
    const workspace = await made(base.call, 'POST /v1/workspaces', {
      metadata: { name: 'w' },
      spec: { clusterRefs: [] },
    })
    const body = { workspaces: [{ uid: workspace, roles: [uidOf('Workspace Operator')] }] }
    await succeed(admin, `PUT /v1/workspaces/users/${user.uid}/roles`, body)
    const query = { kind: 'Workspace', uid: workspace }
    const given = (await explain(user.call, { ...query, permission: 'workspace.get' })).body
    expect(given.givenBy).toMatchObject([{ scope: 'workspace', workspace, project: base.project }])
    expect((await explain(user.call, { ...query, permission: 'workspace.delete' })).body.missing).toEqual([
      'workspace.delete',
    ])
  })
})

describe('what is lacking', () => {
  test('is named, with the roles that would give it, and who could give them to those who may know users', async () => {
    const user = await api.newUser(base.tenant, [{ role: 'Cluster Viewer', project: base.project }])
    const own = (await explain(user.call, onCluster('cluster.delete'))).body
    expect(own).toMatchObject({ allowed: false, missing: ['cluster.delete'], askedOf: [] })
    expect(names(own.rolesThatGive)).toContain('Cluster Admin')
    expect(names(own.rolesThatGive)).not.toContain('Cluster Editor')
    const asked = (await explain(admin, { ...onCluster('cluster.delete'), user: user.uid })).body.askedOf
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.map(({ uid }: { uid: string }) => uid)).not.toContain(user.uid)
  })

  test('of an operation is what it declares, and some need no role', async () => {
    const { call } = await api.newUser(base.tenant, [{ role: 'Cluster Viewer', project: base.project }])
    const of = async (operation: string, more = {}) => (await explain(call, { operation, ...more })).body
    expect(await of('v1SpectroClustersDelete', { kind: 'Cluster', uid: base.cluster })).toMatchObject({
      ...{ allowed: false, operation: 'v1SpectroClustersDelete', permission: 'cluster.delete' },
    })
    // A role in a project gives nothing that is asked for in the whole tenant.
    expect(await of('v1UsersList', { project: base.project })).toMatchObject({ allowed: false, missing: ['user.list'] })
    expect(await of('v1UsersInfoGet')).toMatchObject({ allowed: true, permission: '', givenBy: [] })
    expect(await of('atriumTenantsCreate')).toMatchObject({ allowed: false, permission: '' })
  })
})

describe('nobody is told', () => {
  test('of what they do not see: objects, projects and users are then not there', async () => {
    const { call } = await api.newUser(base.tenant, [{ role: 'Cluster Account Viewer', project: base.project }])
    const missing = 'f'.repeat(24)
    const anonymous = ({ status, text }: { status: number; text: string }, uid: string) =>
      `${status} ${text.replaceAll(uid, missing).replace(/"ref":"[^"]*"/, '')}`
    const [hidden, none] = await Promise.all(
      [base.cluster, missing].map((uid) => explain(call, onCluster('cluster.get', uid))),
    )
    expect(anonymous(hidden as never, base.cluster)).toBe(anonymous(none as never, base.cluster))
    const project = await made(admin, 'POST /v1/projects', { metadata: { name: 'hidden' } })
    expect((await explain(call, { permission: 'cluster.get', project })).body.code).toBe('ResourceNotFound')
    const other = await api.newUser(base.tenant, [])
    expect((await explain(call, { permission: 'cluster.get', user: other.uid })).body.code).toBe('Forbidden')
    const stranger = await api.newTenant()
    expect((await explain(stranger.call, onCluster('cluster.get'))).body.code).toBe('ResourceNotFound')
    expect((await explain(stranger.call, { permission: 'cluster.get', user: other.uid })).body.code).toBe(
      'UserNotFound',
    )
  })

  test.each([
    ['permission', {}],
    ['permission', { permission: 'cluster.get', operation: 'v1SpectroClustersGet' }],
    ['permission', { permission: 'cluster.edit' }],
    ['operation', { operation: 'v1Nothing' }],
    ['kind', { permission: 'cluster.get', kind: 'Cluster' }],
  ])('anything but what is wrong with a question: %s in %o', async (field, query) => {
    const { status, body } = await explain(admin, query as Record<string, string>)
    expect([status, body.code, body.details.field]).toEqual([400, 'InvalidRequest', field])
  })
})
