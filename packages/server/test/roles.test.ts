import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

test('built-in roles stay as they are', async () => {
  const { call } = await api.newTenant()
  const { items } = (await call('GET /v1/roles', { query: { filters: 'metadata.name=Project Editor' } })).body
  const [{ metadata, spec }] = items
  expect(spec).toMatchObject({ type: 'system', scope: 'project' })
  const less = { metadata, spec: { ...spec, permissions: ['project.get'] } }
  for (const [route, body] of [
    [`PUT /v1/roles/${metadata.uid}`, less],
    [`DELETE /v1/roles/${metadata.uid}`, undefined],
  ] as const) {
    const refused = await call(route, body ? { body } : {})
    expect([refused.status, refused.body.code]).toEqual([409, 'InvalidState'])
  }
  expect((await call(`GET /v1/roles/${metadata.uid}`)).body.spec).toEqual(spec)
})

test('the permissions a role can hold are an array, of one scope or of all', async () => {
  const { tenant } = await api.newTenant()
  const { call } = await api.newUser(tenant.uid, [])
  const of = async (query: Record<string, string>) => (await call('GET /v1/permissions', { query })).body
  const all = await of({})
  const scopes = ['tenant', 'project', 'resource']
  expect(new Set(all.map(({ scope }: { scope: string }) => scope))).toEqual(new Set(scopes))
  for (const scope of scopes)
    expect(await of({ scope })).toEqual(all.filter((group: { scope: string }) => group.scope === scope))
  expect(await of({ scope: 'tenant' })).toContainEqual({
    name: 'Audit',
    scope: 'tenant',
    permissions: ['audit.get', 'audit.list'],
  })
  expect(await of({ scope: 'system' }), 'roles of the installation are none of a tenant').toEqual([])
})

test('custom roles are told apart by their names in whatever case', async () => {
  const { call } = await api.newTenant()
  const body = (name: string) => ({ metadata: { name }, spec: { scope: 'tenant', permissions: ['audit.get'] } })
  const answerTo = async (route: string, name: string) => {
    const { status, body: answer } = await call(route, { body: body(name) })
    return [status, answer.code, answer.details?.field]
  }
  const { uid } = (await call('POST /v1/roles', { body: body('Auditor') })).body
  const { uid: other } = (await call('POST /v1/roles', { body: body('Reader') })).body
  const taken = [409, 'DuplicateName', 'metadata.name']
  expect(await answerTo('POST /v1/roles', 'AUDITOR')).toEqual(taken)
  expect(await answerTo('POST /v1/roles', 'tenant admin')).toEqual(taken)
  expect(await answerTo(`PUT /v1/roles/${other}`, 'auditoR')).toEqual(taken)
  expect((await call(`PUT /v1/roles/${uid}`, { body: body('AUDITOR') })).status, 'its own name is its').toBe(204)
})
