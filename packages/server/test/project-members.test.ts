import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'
import { codeOf, made, succeed } from './support/calls.ts'
import { uidOf } from './support/roles.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const viewer = uidOf('Project Viewer')
const admin = uidOf('Project Admin')
const missing = 'f'.repeat(24)

/** A tenant with a user and a team, each with a role in project `Default`. */
async function peopled() {
  const { call, tenant, project } = await api.newTenant()
  const user = await api.newUser(tenant.uid, [{ role: 'Project Viewer', project: project.uid }])
  const team = await made(call, 'POST /v1/teams', { metadata: { name: 'blue' }, spec: { users: [] } })
  await succeed(call, `PUT /v1/teams/${team}/projects`, { projects: [{ projectUid: project.uid, roles: [admin] }] })
  const spec = async () => (await call(`GET /v1/projects/${project.uid}`)).body.spec
  return { call, tenant, project, user, team, spec, route: `PUT /v1/projects/${project.uid}` }
}

test('a project tells who holds roles in it, to those who may list users and teams', async () => {
  const { call, user, team, spec, project } = await peopled()
  expect(await spec()).toMatchObject({
    users: [{ userId: user.uid, roles: [viewer] }],
    teams: [{ teamId: team, roles: [admin] }],
  })
  expect((await user.call(`GET /v1/projects/${project.uid}`)).body.spec).toMatchObject({ users: [], teams: [] })
  const other = await made(call, 'POST /v1/projects', { metadata: { name: 'Another' } })
  const list = async (by: typeof call) =>
    (await by('POST /v1/dashboard/projects', { body: { sort: [{ field: 'name', order: 'desc' }] } })).body.items
  expect(await list(call)).toMatchObject([
    {
      metadata: { uid: project.uid },
      specSummary: {
        users: [{ uid: user.uid, name: expect.stringMatching(/^U /) }],
        teams: [{ uid: team, name: 'blue' }],
      },
    },
    { metadata: { uid: other }, specSummary: { users: [], teams: [] } },
  ])
  expect(await list(user.call)).toMatchObject([{ specSummary: { users: [], teams: [] } }])
})

test('the list of its users is complete, and leaves its teams and other projects alone', async () => {
  const { call, tenant, user, spec, route } = await peopled()
  const second = await api.newUser(tenant.uid, [])
  const other = await made(call, 'POST /v1/projects', { metadata: { name: 'other' } })
  await succeed(call, `PUT /v1/users/${user.uid}/projects`, { projects: [{ projectUid: other, roles: [viewer] }] })
  await succeed(call, `${route}/users`, { users: [{ userId: second.uid, roles: [admin, viewer] }] })
  const { users, teams } = await spec()
  expect(users).toEqual([{ userId: second.uid, roles: [admin, viewer].toSorted() }])
  expect(teams).toHaveLength(1)
  const left = (await call(`GET /v1/users/${user.uid}/projects`)).body.projects
  expect(left.map(({ uid }: { uid: string }) => uid)).toEqual([other])

  await succeed(call, `${route}/teams`, { teams: null })
  expect(await spec()).toMatchObject({ users, teams: [] })
})

test('is refused as a whole for whom there is not, and for what the caller may not give or take', async () => {
  const { call, tenant, project, user, team, spec, route } = await peopled()
  const roles = [{ role: 'Tenant User Admin' }, { role: 'Tenant Team Admin' }]
  const keeper = await api.newUser(tenant.uid, [...roles, { role: 'Project Viewer', project: project.uid }])
  const before = await spec()
  const refusal = async (path: string, body: object) => {
    const { code, details } = (await call(`${route}/${path}`, { body })).body
    return [code, details?.field]
  }
  const one = { userId: user.uid, roles: [admin] }
  expect(await refusal('users', { users: [one, { userId: missing, roles: [viewer] }] })).toEqual([
    'InvalidRequest',
    'users',
  ])
  expect(await refusal('users', { users: [one, one] })).toEqual(['InvalidRequest', 'users[1].userId'])
  expect(await refusal('teams', { teams: [{ roles: [viewer] }] })).toEqual(['InvalidRequest', 'teams[0].teamId'])
  const wrong = { teams: [{ teamId: team, roles: [uidOf('Tenant Admin')] }] }
  expect(await refusal('teams', wrong)).toEqual(['InvalidRequest', 'roles'])
  expect(await codeOf(call, `PUT /v1/projects/${missing}/users`, { users: [] })).toBe('ResourceNotFound')

  expect(await codeOf(keeper.call, `${route}/users`, { users: [one] })).toBe('Forbidden')
  expect(await codeOf(keeper.call, `${route}/teams`, { teams: [] })).toBe('Forbidden')
  expect(await codeOf(user.call, `${route}/users`, { users: [] })).toBe('Forbidden')
  expect(await spec()).toEqual(before)
})
