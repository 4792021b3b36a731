import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { codeOf, made, succeed } from './support/calls.ts'
import { type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'
import { filterBody, giveTagged, newFilter, uidOf } from './support/roles.ts'

let api: TestApi
let base: MadeCluster
let admin: Caller
let blue: string
let workspace: string
/** May change users, teams, roles and filters, and of clusters no more than read those of the project. */
let keeper: { uid: string; call: Caller }

beforeAll(async () => {
  api = await openClusterApi()
  base = await newCluster(api)
  admin = api.as({ ApiKey: (await api.newUser(base.tenant, [{ role: 'Tenant Admin' }])).apiKey })
  blue = await newFilter(admin, 'blue', { key: 'team', values: ['blue'] })
  workspace = await made(base.call, 'POST /v1/workspaces', {
    metadata: { name: 'w' },
    spec: { clusterRefs: [{ clusterUid: base.cluster }] },
  })
  const people = ['Tenant User Admin', 'Tenant Team Admin', 'Tenant Role Admin'].map((role) => ({ role }))
  keeper = await api.newUser(base.tenant, [...people, { role: 'Cluster Viewer', project: base.project }])
  const filters = await made(admin, 'POST /v1/roles', {
    metadata: { name: 'Filter keeper' },
    spec: {
      scope: 'tenant',
      permissions: ['filter.get', 'filter.list', 'filter.create', 'filter.update', 'tenant.get', 'tenant.update'],
    },
  })
  const team = await made(admin, 'POST /v1/teams', { metadata: { name: 'keepers' }, spec: { users: [keeper.uid] } })
  await succeed(admin, `PUT /v1/teams/${team}/roles`, { roles: [filters] })
})
afterAll(() => api.close())

const nobody = () => api.newUser(base.tenant, [])
const tagged = (role: string, filters = [blue], projects = [base.project]) => ({
  roles: [uidOf(role)],
  projectUids: projects,
  filterRefs: filters,
})
const inWorkspace = (role: string | null) => ({
  workspaces: [{ uid: workspace, roles: role === null ? [] : [uidOf(role)] }],
})

describe('nobody gives what they lack:', () => {
  test('resource roles of users and teams', async () => {
    const { uid } = await nobody()
    const team = await made(keeper.call, 'POST /v1/teams', { metadata: { name: 'given' }, spec: { users: [] } })
    for (const holder of [`users/${uid}`, `teams/${team}`]) {
      const route = `POST /v1/${holder}/resourceRoles`
      expect(await codeOf(keeper.call, route, tagged('Resource Cluster Editor')), holder).toBe('Forbidden')
      await succeed(keeper.call, route, tagged('Resource Cluster Viewer'))
      const elsewhere = await made(admin, 'POST /v1/projects', { metadata: { name: `other ${holder}` } })
      const wider = tagged('Resource Cluster Viewer', [blue], [base.project, elsewhere])
      expect(await codeOf(keeper.call, route, wider), holder).not.toBeUndefined()
    }
  })

  test('nor change or take a resource role that gives more', async () => {
    const { uid } = await nobody()
    await giveTagged(admin, `users/${uid}`, {
      roles: ['Resource Cluster Admin'],
      projects: [base.project],
      filters: [blue],
    })
    const [held] = (await admin(`GET /v1/users/${uid}/resourceRoles`)).body.resourceRoles
    const route = `/v1/users/${uid}/resourceRoles/${held.uid}`
    expect(await codeOf(keeper.call, `PATCH ${route}`, tagged('Resource Cluster Viewer'))).toBe('Forbidden')
    expect(await codeOf(keeper.call, `DELETE ${route}`)).toBe('Forbidden')
    await succeed(admin, `PATCH ${route}`, tagged('Resource Cluster Viewer'))
    expect(await codeOf(keeper.call, `PATCH ${route}`, tagged('Resource Cluster Editor'))).toBe('Forbidden')
    await succeed(keeper.call, `DELETE ${route}`)
  })

  test('roles in workspaces of users and teams, given or taken', async () => {
    const { uid } = await nobody()
    const team = await made(keeper.call, 'POST /v1/teams', { metadata: { name: 'workers' }, spec: { users: [] } })
    const reader = await api.newUser(base.tenant, [
      { role: 'Tenant User Admin' },
      { role: 'Tenant Team Admin' },
      { role: 'Workspace Operator', project: base.project },
    ])
    for (const holder of [`users/${uid}`, `teams/${team}`]) {
      const route = `PUT /v1/workspaces/${holder}/roles`
      // Who does not see the workspace is not told that it is there.
      expect(await codeOf(keeper.call, route, inWorkspace('Workspace Operator')), holder).toBe('ResourceNotFound')
      expect(await codeOf(reader.call, route, inWorkspace('Workspace Admin')), holder).toBe('Forbidden')
      await succeed(reader.call, route, inWorkspace('Workspace Operator'))
      await succeed(admin, route, inWorkspace('Workspace Admin'))
      expect(await codeOf(reader.call, route, inWorkspace(null)), holder).toBe('Forbidden')
      await succeed(admin, route, inWorkspace(null))
    }
  })

  test('by a filter: one that narrows what others hold is not widened, nor changed at all', async () => {
    const filter = await made(keeper.call, 'POST /v1/filters/tag', filterBody('narrow', [{ key: 'never' }]))
    const wide = filterBody('narrow', [{ key: 'never', negation: true }])
    await succeed(keeper.call, `PUT /v1/filters/tag/${filter}`, filterBody('narrow', [{ key: 'ever' }]))
    await giveTagged(admin, `users/${keeper.uid}`, {
      roles: ['Resource Cluster Admin'],
      projects: [base.project],
      filters: [filter],
    })
    expect(await codeOf(keeper.call, `PUT /v1/filters/tag/${filter}`, wide)).toBe('Forbidden')
    expect(await codeOf(keeper.call, `DELETE /v1/spectroclusters/${base.cluster}`)).toBe('Forbidden')
    // Its name decides nothing.
    await succeed(keeper.call, `PUT /v1/filters/tag/${filter}`, filterBody('renamed', [{ key: 'ever' }]))
    await succeed(admin, `PUT /v1/filters/tag/${filter}`, wide)
    await succeed(admin, `PUT /v1/filters/tag/${filter}`, filterBody('narrow', [{ key: 'never' }]))
  })

  test('by a role: what is put into one, whoever holds it, is what the editor holds in the whole tenant', async () => {
    const body = (scope: string, permissions: string[], more = {}) => ({
      metadata: { name: `Own ${scope}` },
      spec: { scope, permissions },
      ...more,
    })
    for (const scope of ['tenant', 'project', 'resource']) {
      const role = await made(keeper.call, 'POST /v1/roles', body(scope, ['cluster.get']))
      expect(
        await codeOf(keeper.call, `PUT /v1/roles/${role}`, body(scope, ['cluster.get', 'cluster.delete'])),
        scope,
      ).toBe('Forbidden')
      await succeed(admin, `PUT /v1/roles/${role}`, body(scope, ['cluster.get'], { status: { isEnabled: false } }))
      expect(
        await codeOf(
          keeper.call,
          `PUT /v1/roles/${role}`,
          body(scope, ['cluster.get'], { status: { isEnabled: true } }),
        ),
        scope,
      ).toBe('Forbidden')
      await succeed(keeper.call, `PUT /v1/roles/${role}`, body(scope, [], { status: { isEnabled: false } }))
    }
  })

  test('a key, a password or another address of somebody who holds more by tags or in a workspace', async () => {
    const [byTags, byWorkspace, plain] = [await nobody(), await nobody(), await nobody()]
    await giveTagged(admin, `users/${byTags.uid}`, {
      roles: ['Resource Cluster Admin'],
      projects: [base.project],
      filters: [blue],
    })
    await succeed(admin, `PUT /v1/workspaces/users/${byWorkspace.uid}/roles`, inWorkspace('Workspace Admin'))
    await giveTagged(admin, `users/${plain.uid}`, {
      roles: ['Resource Cluster Viewer'],
      projects: [base.project],
      filters: [blue],
    })
    const tries = (uid: string): [string, object][] => [
      ['POST /v1/apiKeys', { metadata: { name: 'k' }, spec: { userUid: uid } }],
      [`PUT /atrium/v1/users/${uid}/password`, { password: 'correct horse battery' }],
      [`PUT /v1/users/${uid}`, { spec: { emailId: `other-${uid}@example.com`, firstName: 'O', lastName: 'O' } }],
    ]
    for (const [route, body] of [...tries(byTags.uid), ...tries(byWorkspace.uid)])
      expect(await codeOf(keeper.call, route, body), route).toBe('Forbidden')
    for (const [route, body] of tries(plain.uid)) expect(await codeOf(keeper.call, route, body), route).toBeUndefined()
    expect(await codeOf(keeper.call, `DELETE /v1/users/${byTags.uid}`)).toBe('Forbidden')
  })

  test('membership in a team that holds more by tags or in a workspace, also for those who sign in from elsewhere', async () => {
    const [byTags, byWorkspace] = await Promise.all(
      ['tags', 'workspace'].map((name) =>
        made(admin, 'POST /v1/teams', { metadata: { name: `by ${name}` }, spec: { users: [] } }),
      ),
    )
    await giveTagged(admin, `teams/${byTags}`, {
      roles: ['Resource Cluster Admin'],
      projects: [base.project],
      filters: [blue],
    })
    await succeed(admin, `PUT /v1/workspaces/teams/${byWorkspace}/roles`, inWorkspace('Workspace Admin'))
    for (const team of [byTags, byWorkspace]) {
      const join = { metadata: { name: `by ${team === byTags ? 'tags' : 'workspace'}` }, spec: { users: [keeper.uid] } }
      expect(await codeOf(keeper.call, `PUT /v1/teams/${team}`, join)).toBe('Forbidden')
      expect(await codeOf(keeper.call, `DELETE /v1/teams/${team}`)).toBe('Forbidden')
      expect(await codeOf(keeper.call, 'POST /v1/users', { spec: { emailId: 'new@example.com', teams: [team] } })).toBe(
        'Forbidden',
      )
      const saml = { federationMetadata: 'x', defaultTeams: [team] }
      expect(await codeOf(keeper.call, `POST /v1/tenants/${base.tenant}/saml/config`, saml)).toBe('Forbidden')
    }
  })
})
