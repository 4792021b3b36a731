import { builtInRoles } from '@atrium/api/permissions/roles.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

test('roles of one user that are set at the same moment are set one after the other', async () => {
  const { call, tenant } = await api.newTenant()
  const { uid } = await api.newUser(tenant.uid, [])
  const roles = builtInRoles.filter(({ scope }) => scope === 'tenant').map((role) => role.uid)
  const set = () => call(`PUT /v1/users/${uid}/roles`, { body: { roles } })
  const answers = await Promise.all(Array.from({ length: 24 }, set))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
})
