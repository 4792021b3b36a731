import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'
import { codeOf, made, succeed } from './support/calls.ts'
import { uidOf } from './support/roles.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const newTeam = (call: Caller, name: string, users: string[]): Promise<string> =>
  made(call, 'POST /v1/teams', { metadata: { name }, spec: { users } })

test('life of a team: create, read, find by name, replace, delete', async () => {
  const { call, tenant } = await api.newTenant()
  const one = await api.newUser(tenant.uid, [])
  const two = await api.newUser(tenant.uid, [])
  const uid = await newTeam(call, 'blue', [one.uid])
  expect((await call(`GET /v1/teams/${uid}`)).body).toMatchObject({
    metadata: { name: 'blue', uid },
    spec: { users: [one.uid], roles: [] },
  })
  const members = async (user: string): Promise<unknown> => {
    const { items } = (await call('POST /v1/users/summary', { body: {} })).body
    return items.find((item: { metadata: { uid: string } }) => item.metadata.uid === user).spec.teams
  }
  expect(await members(one.uid)).toEqual([{ uid, name: 'blue' }])

  await newTeam(call, 'red', [])
  const find = (name: string) => call('GET /v1/teams', { query: { filters: `metadata.name=${name}` } })
  expect((await find('blue')).body.items.map((team: { metadata: { uid: string } }) => team.metadata.uid)).toEqual([uid])
  expect((await find('green')).body.items, 'an empty array means more than one to a client').toBeNull()
  expect((await call('GET /v1/teams')).body.items).toHaveLength(2)

  const body = { metadata: { name: 'navy', annotations: { description: 'of the sea' } }, spec: { users: [two.uid] } }
  await succeed(call, `PUT /v1/teams/${uid}`, body)
  expect((await call(`GET /v1/teams/${uid}`)).body).toMatchObject({ ...body, spec: { users: [two.uid] } })
  expect(await members(one.uid)).toEqual([])
  expect(await codeOf(call, `PUT /v1/teams/${uid}`, { metadata: { name: 'red' } })).toBe('DuplicateName')

  await succeed(call, `DELETE /v1/users/${two.uid}`)
  expect((await call(`GET /v1/teams/${uid}`)).body.spec.users, 'who is deleted is in no team').toEqual([])
  await succeed(call, `DELETE /v1/teams/${uid}`)
  const gone = await call(`GET /v1/teams/${uid}`)
  expect([gone.status, gone.body.code]).toEqual([404, 'ResourceNotFound'])
})

test('a team has a name and members that exist', async () => {
  const { call } = await api.newTenant()
  const refused = async (body: object) => (await call('POST /v1/teams', { body })).body.details.field
  expect(await refused({ metadata: { name: ' ' } })).toBe('metadata.name')
  expect(await refused({ metadata: { name: 'x' }, spec: { users: ['f'.repeat(24)] } })).toBe('spec.users')
  expect((await call('GET /v1/teams')).body.items).toEqual([])
})

test('what a team may do, its members may do, from the moment they are in it until they are out', async () => {
  const { call, tenant, project } = await api.newTenant()
  const user = await api.newUser(tenant.uid, [])
  const team = await newTeam(call, 'blue', [])
  await succeed(call, `PUT /v1/teams/${team}/roles`, { roles: [uidOf('Tenant Role Admin')] })
  const projects = [{ projectUid: project.uid, roles: [uidOf('Project Viewer')] }]
  await succeed(call, `PUT /v1/teams/${team}/projects`, { projects })
  const may = async () => [
    (await user.call('GET /v1/roles')).status,
    (await user.call(`GET /v1/projects/${project.uid}`)).status,
  ]
  expect(await may()).toEqual([403, 403])
  const named = { metadata: { name: 'blue' } }
  await succeed(call, `PUT /v1/teams/${team}`, { ...named, spec: { users: [user.uid] } })
  expect(await may()).toEqual([200, 200])
  await succeed(call, `PUT /v1/teams/${team}/roles`, { roles: null })
  expect(await may()).toEqual([403, 200])
  await succeed(call, `PUT /v1/teams/${team}/roles`, { roles: [uidOf('Tenant Role Admin')] })
  await succeed(call, `PUT /v1/teams/${team}`, { ...named, spec: { users: null } })
  expect(await may()).toEqual([403, 403])
  await succeed(call, `PUT /v1/teams/${team}`, { ...named, spec: { users: [user.uid] } })
  await succeed(call, `DELETE /v1/teams/${team}`)
  expect(await may()).toEqual([403, 403])
})

test("roles of a team are told beside a user's own, and are not the user's", async () => {
  const { call, tenant, project } = await api.newTenant()
  const viewer = { uid: uidOf('Project Viewer'), name: 'Project Viewer' }
  const user = await api.newUser(tenant.uid, [{ role: 'Tenant Viewer' }])
  const team = await newTeam(call, 'blue', [user.uid])
  await succeed(call, `PUT /v1/teams/${team}/roles`, { roles: [uidOf('Tenant Role Admin')] })
  await succeed(call, `PUT /v1/teams/${team}/projects`, {
    projects: [{ projectUid: project.uid, roles: [viewer.uid] }],
  })
  expect((await call(`GET /v1/users/${user.uid}/roles`)).body).toEqual({
    roles: [{ uid: uidOf('Tenant Viewer'), name: 'Tenant Viewer' }],
    inheritedRoles: [{ uid: uidOf('Tenant Role Admin'), name: 'Tenant Role Admin' }],
  })
  const ofProject = { uid: project.uid, name: 'Default' }
  expect((await call(`GET /v1/users/${user.uid}/projects`)).body.projects).toEqual([
    { ...ofProject, roles: [], inheritedRoles: [viewer] },
  ])
  expect((await call(`GET /v1/teams/${team}/projects`)).body.projects).toEqual([
    { ...ofProject, roles: [viewer], inheritedRoles: [] },
  ])
  expect((await call(`GET /v1/users/${user.uid}`)).body.spec.roles).toEqual([uidOf('Tenant Viewer')])
  expect((await call(`GET /v1/teams/${team}`)).body.spec.roles).toEqual([uidOf('Tenant Role Admin')])
  const { items } = (await call('POST /v1/teams/summary', { body: { filter: { name: { beginsWith: 'BL' } } } })).body
  expect(items[0].spec).toMatchObject({
    users: [{ uid: user.uid }],
    roles: [{ name: 'Tenant Role Admin' }],
    projects: [{ uid: project.uid, name: 'Default' }],
  })
})

test('the list of projects of a team is complete: what it leaves out is taken away', async () => {
  const { call, project } = await api.newTenant()
  const other = (await call('POST /v1/projects', { body: { metadata: { name: 'other' } } })).body.uid
  const team = await newTeam(call, 'blue', [])
  const roles = [uidOf('Project Viewer')]
  const set = (uids: string[]) =>
    succeed(call, `PUT /v1/teams/${team}/projects`, { projects: uids.map((projectUid) => ({ projectUid, roles })) })
  const held = async () => (await call(`GET /v1/teams/${team}/projects`)).body.projects.map(({ uid }: never) => uid)
  await set([project.uid, other])
  expect(new Set(await held())).toEqual(new Set([project.uid, other]))
  await set([other])
  expect(await held()).toEqual([other])
  await succeed(call, `DELETE /v1/projects/${other}`)
  expect(await held()).toEqual([])
  expect(await codeOf(call, `PUT /v1/teams/${team}/projects`, { projects: [{ projectUid: other, roles }] })).toBe(
    'ResourceNotFound',
  )
})

test('nobody gives a team what they lack, nor decides who is in a team that may do more', async () => {
  const { call, tenant, project } = await api.newTenant()
  const roles = [{ role: 'Tenant Team Admin' }, { role: 'Tenant User Admin' }]
  const keeper = await api.newUser(tenant.uid, [...roles, { role: 'Project Viewer', project: project.uid }])
  const members = [(await api.newUser(tenant.uid, [])).uid, (await api.newUser(tenant.uid, [])).uid]
  const strong = await newTeam(call, 'strong', members)
  await succeed(call, `PUT /v1/teams/${strong}/roles`, { roles: [uidOf('Tenant Admin')] })
  const weak = await newTeam(keeper.call, 'weak', [keeper.uid])

  const named = { metadata: { name: 'strong' } }
  const refused: [string, object?][] = [
    [`PUT /v1/teams/${strong}`, { ...named, spec: { users: [keeper.uid] } }],
    // An identity provider's groups find a team by its name.
    [`PUT /v1/teams/${strong}`, { metadata: { name: 'everybody' }, spec: { users: members } }],
    [`PUT /v1/teams/${strong}`, { ...named, spec: { users: [members[0], members[0]] } }],
    ['POST /v1/users', { spec: { emailId: 'x@example.com', teams: [strong] } }],
    [`DELETE /v1/teams/${strong}`],
    [`PUT /v1/teams/${strong}/roles`, { roles: [] }],
    [`PUT /v1/teams/${weak}/roles`, { roles: [uidOf('Tenant Admin')] }],
    [`PUT /v1/teams/${weak}/projects`, { projects: [{ projectUid: project.uid, roles: [uidOf('Project Admin')] }] }],
    [`POST /v1/teams/${weak}/resourceRoles`, { roles: [uidOf('Resource Cluster Admin')] }],
    ['POST /v1/teams', { metadata: { name: 'own' }, spec: { roles: [uidOf('Tenant Admin')] } }],
  ]
  for (const [route, body] of refused) expect(await codeOf(keeper.call, route, body), route).toBe('Forbidden')
  expect((await call('GET /v1/teams')).body.items).toHaveLength(2)
  const labels = { floor: '3' }
  await succeed(keeper.call, `PUT /v1/teams/${strong}`, {
    metadata: { name: 'strong', labels },
    spec: { users: members },
  })
  const { metadata, spec } = (await call(`GET /v1/teams/${strong}`)).body
  expect(metadata).toMatchObject({ name: 'strong', labels })
  expect([new Set(spec.users), spec.roles]).toEqual([new Set(members), [uidOf('Tenant Admin')]])

  await succeed(keeper.call, `PUT /v1/teams/${weak}/roles`, { roles: [uidOf('Tenant Team Admin')] })
})

test('whoever is in a strong team is as strong: a password of theirs is not set by somebody weaker', async () => {
  const { call, tenant } = await api.newTenant()
  const keeper = await api.newUser(tenant.uid, [{ role: 'Tenant User Admin' }])
  const user = await api.newUser(tenant.uid, [])
  const route = `PUT /atrium/v1/users/${user.uid}/password`
  await succeed(keeper.call, route, { password: 'correct horse battery' })
  const team = await newTeam(call, 'strong', [user.uid])
  await succeed(call, `PUT /v1/teams/${team}/roles`, { roles: [uidOf('Tenant Admin')] })
  expect(await codeOf(keeper.call, route, { password: 'correct horse battery' })).toBe('Forbidden')
})

test('a role that a team holds is not deleted, and a disabled one gives its members nothing', async () => {
  const { call, tenant } = await api.newTenant()
  const user = await api.newUser(tenant.uid, [])
  const role = { metadata: { name: 'Looker' }, spec: { scope: 'tenant', permissions: ['team.list'] } }
  const { uid } = (await call('POST /v1/roles', { body: role })).body
  const team = await newTeam(call, 'blue', [user.uid])
  await succeed(call, `PUT /v1/teams/${team}/roles`, { roles: [uid] })
  expect((await user.call('GET /v1/teams')).status).toBe(200)
  const kept = (await call(`DELETE /v1/roles/${uid}`)).body
  expect([kept.code, kept.details.usedBy]).toEqual(['ResourceInUse', [{ kind: 'Team', uid: team }]])
  await succeed(call, `PUT /v1/roles/${uid}`, { ...role, status: { isEnabled: false } })
  expect((await user.call('GET /v1/teams')).status).toBe(403)
})

test('resource roles and roles in workspaces of a team are kept as those of a user are', async () => {
  const { call, project } = await api.newTenant()
  const team = await newTeam(call, 'blue', [])
  const route = `/v1/teams/${team}/resourceRoles`
  const role = { projectUids: [project.uid], filterRefs: [], roles: [uidOf('Resource Cluster Viewer')] }
  await succeed(call, `POST ${route}`, role)
  const held = async () => (await call(`GET ${route}`)).body.resourceRoles
  const [first] = await held()
  expect(first).toMatchObject({ projectUids: [{ uid: project.uid }], roles: [{ name: 'Resource Cluster Viewer' }] })
  await succeed(call, `PATCH ${route}/${first.uid}`, { ...role, roles: [uidOf('Resource Cluster Editor')] })
  expect((await held())[0].roles).toMatchObject([{ name: 'Resource Cluster Editor' }])
  await succeed(call, `DELETE ${route}/${first.uid}`)
  expect(await held()).toEqual([])
  expect(await codeOf(call, `DELETE ${route}/${first.uid}`)).toBe('ResourceNotFound')

  expect((await call(`GET /v1/workspaces/teams/${team}/roles`)).body).toEqual({ projects: [] })
  await succeed(call, `PUT /v1/workspaces/teams/${team}/roles`, { workspaces: [] })
})

test('a tenant has as many teams as its limit lets it', async () => {
  const { call, tenant } = await api.newTenant()
  await succeed(call, `PATCH /v1/tenants/${tenant.uid}/resourceLimits`, { resources: [{ kind: 'team', limit: 1 }] })
  await newTeam(call, 'one', [])
  expect(await codeOf(call, 'POST /v1/teams', { metadata: { name: 'two' } })).toBe('ResourceLimitReached')
})

test('every change of a team is on the record, and who did it', async () => {
  const { call, tenant } = await api.newTenant()
  const { uid: user, email } = await api.newUser(tenant.uid, [])
  const team = await newTeam(call, 'blue', [user])
  await succeed(call, `PUT /v1/teams/${team}/roles`, { roles: [uidOf('Tenant Viewer')] })
  await succeed(call, `DELETE /v1/teams/${team}`)
  const owner = new pg.Client({ connectionString: api.ownerUrl })
  await owner.connect()
  const text =
    'select actor_type, action, kind, name, message from audit_log where tenant = $1 and uid = $2 order by id'
  const { rows } = await owner.query(text, [tenant.uid, team])
  await owner.end()
  expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
    `apiKey create Team blue created the team of ${email}`,
    `apiKey setRoles RoleBinding team blue set roles; tenant: ${uidOf('Tenant Viewer')}`,
    'apiKey delete Team blue deleted the team and its roles',
  ])
})
