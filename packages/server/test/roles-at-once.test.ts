import { builtInRoles } from '@atrium/api/permissions/roles.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, openTestApi, type TestApi } from './support/api.ts'
import { made } from './support/calls.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

/** The statuses of many of the same at once. */
const statusesOf = async (set: () => Promise<Answer>): Promise<number[]> => {
  const answers = await Promise.all(Array.from({ length: 24 }, set))
  return [...new Set(answers.map(({ status }) => status))]
}

test('roles of one user that are set at the same moment are set one after the other', async () => {
  const { call, tenant } = await api.newTenant()
  const { uid } = await api.newUser(tenant.uid, [])
  const roles = builtInRoles.filter(({ scope }) => scope === 'tenant').map((role) => role.uid)
  expect(await statusesOf(() => call(`PUT /v1/users/${uid}/roles`, { body: { roles } }))).toEqual([204])
})

test('so are those in workspaces, of users and of teams', async () => {
  const { call, tenant, project } = await api.newTenant()
  const { uid: user } = await api.newUser(tenant.uid, [])
  const team = await made(call, 'POST /v1/teams', { metadata: { name: 'blue' } })
  const workspace = await made(call, 'POST /v1/workspaces', { metadata: { name: 'pay' } }, { ProjectUid: project.uid })
  const roles = builtInRoles.filter(({ name }) => name.startsWith('Workspace ')).map(({ uid }) => uid)
  const body = { workspaces: [{ uid: workspace, roles }] }
  for (const holder of [`users/${user}`, `teams/${team}`])
    expect(await statusesOf(() => call(`PUT /v1/workspaces/${holder}/roles`, { body }))).toEqual([204])
})
