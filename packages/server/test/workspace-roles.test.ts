import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { codeOf, made, succeed } from './support/calls.ts'
import { type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'
import { uidOf } from './support/roles.ts'

let api: TestApi
let base: MadeCluster
let admin: Caller
/** Two workspaces of the same project. */
let mine: string
let other: string

const namespaces = (names: string[]) => ({
  clusterRefs: [{ clusterUid: base.cluster }],
  clusterNamespaces: names.map((name) => ({ name })),
})
const newWorkspace = (name: string): Promise<string> =>
  made(base.call, 'POST /v1/workspaces', { metadata: { name }, spec: namespaces(['web']) })

beforeAll(async () => {
  api = await openClusterApi()
  base = await newCluster(api)
  const { apiKey } = await api.newUser(base.tenant, [{ role: 'Tenant Admin' }])
  admin = api.as({ ApiKey: apiKey })
  mine = await newWorkspace('mine')
  other = await newWorkspace('other')
})
afterAll(() => api.close())

const give = (call: Caller, holder: string, ...workspaces: { uid: string; roles: string[] }[]) =>
  call(`PUT /v1/workspaces/${holder}/roles`, { body: { workspaces } })
const rolesOf = async (holder: string) => (await admin(`GET /v1/workspaces/${holder}/roles`)).body.projects
const listed = async (call: Caller, headers = {}) =>
  (await call('GET /v1/dashboard/workspaces', { headers })).body.items?.map(
    (one: { meta: { name: string } }) => one.meta.name,
  )

test('roles in a workspace give what they hold of workspaces, there alone', async () => {
  const user = await api.newUser(base.tenant, [])
  expect((await give(admin, `users/${user.uid}`, { uid: mine, roles: [uidOf('Workspace Admin')] })).status).toBe(204)
  const { call } = user
  expect((await call(`GET /v1/workspaces/${mine}`)).body.spec.clusterNamespaces).toMatchObject([{ name: 'web' }])
  expect((await call(`GET /v1/workspaces/${other}`)).status).toBe(404)
  expect(await listed(call)).toEqual(['mine'])
  expect(await listed(call, { ProjectUid: base.project })).toEqual(['mine'])
  const change = (uid: string) => codeOf(call, `PUT /v1/workspaces/${uid}/clusterNamespaces`, namespaces(['web', 'db']))
  expect(await change(mine)).toBeUndefined()
  expect(await change(other)).toBe('ResourceNotFound')
  // The clusters are named to nobody who may not read them.
  expect((await call(`GET /v1/workspaces/${mine}`)).body.spec.clusterRefs).toEqual([
    { clusterUid: base.cluster, clusterName: '' },
  ])
  const body = { metadata: { name: 'more' }, spec: namespaces([]) }
  const create = await call('POST /v1/workspaces', { body, headers: { ProjectUid: base.project } })
  expect(create.body.code).toBe('Forbidden')
  expect(await codeOf(call, `GET /v1/spectroclusters/${base.cluster}`)).toBe('Forbidden')
  expect(await codeOf(call, `GET /v1/projects/${base.project}`)).toBe('Forbidden')
})

test('an operator reads a workspace and changes nothing of it', async () => {
  const { uid, call } = await api.newUser(base.tenant, [])
  await give(admin, `users/${uid}`, { uid: mine, roles: [uidOf('Workspace Operator')] })
  expect((await call(`GET /v1/workspaces/${mine}`)).status).toBe(200)
  expect(await codeOf(call, `DELETE /v1/workspaces/${mine}`)).toBe('Forbidden')
})

test('are told by project and workspace, replaced for the workspaces named, and taken by an empty list', async () => {
  const { uid } = await api.newUser(base.tenant, [])
  const holder = `users/${uid}`
  const [keeper, operator] = [uidOf('Workspace Admin'), uidOf('Workspace Operator')]
  await give(admin, holder, { uid: mine, roles: [keeper] }, { uid: other, roles: [operator] })
  const inProject = (await rolesOf(holder))[0]
  expect(inProject).toMatchObject({ uid: base.project, name: 'Default' })
  expect(inProject.workspaces.map((one: { name: string; roles: object }) => [one.name, one.roles]).toSorted()).toEqual([
    ['mine', [{ uid: keeper, name: 'Workspace Admin' }]],
    ['other', [{ uid: operator, name: 'Workspace Operator' }]],
  ])
  expect((await give(admin, holder, { uid: mine, roles: [] })).status).toBe(204)
  expect((await rolesOf(holder))[0].workspaces.map(({ uid: workspace }: { uid: string }) => workspace)).toEqual([other])
})

test('of a team hold for its members, and a role that is held so is not deleted', async () => {
  const user = await api.newUser(base.tenant, [])
  const team = await made(admin, 'POST /v1/teams', { metadata: { name: 'keepers' }, spec: { users: [user.uid] } })
  const role = await made(admin, 'POST /v1/roles', {
    metadata: { name: 'Looker' },
    spec: { scope: 'project', permissions: ['workspace.get', 'workspace.list', 'cluster.get'] },
  })
  expect((await give(admin, `teams/${team}`, { uid: mine, roles: [role] })).status).toBe(204)
  expect(await listed(user.call)).toEqual(['mine'])
  expect(await codeOf(user.call, `GET /v1/spectroclusters/${base.cluster}`)).toBe('Forbidden')
  expect(await codeOf(admin, `DELETE /v1/roles/${role}`)).toBe('ResourceInUse')
  await give(admin, `users/${user.uid}`, { uid: mine, roles: [uidOf('Workspace Operator')] })
  expect((await rolesOf(`users/${user.uid}`))[0].workspaces[0].inheritedRoles).toEqual([{ uid: role, name: 'Looker' }])
  await succeed(admin, `DELETE /v1/teams/${team}`)
  await succeed(admin, `DELETE /v1/roles/${role}`)
})

test('go with their workspace, and clients may say so afterwards', async () => {
  const { uid, call } = await api.newUser(base.tenant, [])
  const gone = await newWorkspace('gone')
  await give(admin, `users/${uid}`, { uid: gone, roles: [uidOf('Workspace Admin')] })
  await succeed(call, `DELETE /v1/workspaces/${gone}`)
  expect(await rolesOf(`users/${uid}`)).toEqual([])
  expect((await give(admin, `users/${uid}`, { uid: gone, roles: [] })).status).toBe(204)
  expect((await give(admin, `users/${uid}`, { uid: gone, roles: [uidOf('Workspace Admin')] })).body.code).toBe(
    'ResourceNotFound',
  )
})

test.each([
  ['a role of the whole tenant', 'Tenant Admin', "is not a role of scope 'project'"],
  ['a role that says nothing of workspaces', 'Cluster Viewer', 'holds no permission on workspaces'],
])('%s is none of a workspace', async (_what, role, message) => {
  const { uid } = await api.newUser(base.tenant, [])
  const { status, body } = await give(admin, `users/${uid}`, { uid: mine, roles: [uidOf(role)] })
  expect([status, body.code, body.details.field]).toEqual([400, 'InvalidRequest', 'workspaces[0].roles'])
  expect(body.message).toContain(message)
})

test('every change of them is on the record', async () => {
  const { uid } = await api.newUser(base.tenant, [])
  await give(admin, `users/${uid}`, { uid: mine, roles: [uidOf('Workspace Admin')] })
  const owner = new pg.Client({ connectionString: api.ownerUrl })
  await owner.connect()
  const text =
    "select message from audit_log where tenant = $1 and uid = $2 and action = 'setRoles' order by id desc limit 1"
  const { rows } = await owner.query<{ message: string }>(text, [base.tenant, uid])
  await owner.end()
  expect(rows[0]?.message).toBe(`set roles; workspace ${mine}: ${uidOf('Workspace Admin')}`)
})
