import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
let tenantWide: Caller
let call: Caller
let tenant: string
let project: string
beforeAll(async () => {
  api = await openTestApi()
  const made = await api.newTenant()
  tenantWide = made.call
  tenant = made.tenant.uid
  project = made.project.uid
  call = (route, given) => made.call(route, { ...given, headers: { ProjectUid: project, ...given?.headers } })
})
afterAll(() => api.close())

const nights = { name: 'nights', startCron: '0 2 * * *', durationHrs: 4 }
const sundays = { name: 'sundays', startCron: '30 22 * * SUN', durationHrs: 24 }
const at = '/v1/spcPolicies/maintenance'
const newPolicy = async (by: Caller, metadata: object, schedules: object[] = [nights]): Promise<string> => {
  const created = await by(`POST ${at}`, { body: { metadata, spec: { schedules } } })
  expect(created.status, created.text).toBe(201)
  return created.body.uid
}
const listed = async (by: Caller, body?: object): Promise<string[]> =>
  (await by('POST /v1/dashboard/spcPolicies?limit=0', { body: body ?? {} })).body.items.map(
    (one: { metadata: { name: string } }) => one.metadata.name,
  )

describe('a maintenance policy', () => {
  test('is read as it was written, replaced as a whole, and deleted by the path without its type', async () => {
    const uid = await newPolicy(call, { name: 'windows', labels: { team: 'a' } }, [nights, sundays])
    const read = (await call(`GET ${at}/${uid}`)).body
    expect(read).toMatchObject({ metadata: { name: 'windows', labels: { team: 'a' } }, spec: {} })
    expect(read.metadata.annotations).toMatchObject({ scope: 'project', projectUid: project })
    expect(read.spec).toEqual({ schedules: [nights, sundays] })
    const body = { metadata: { name: 'renamed' }, spec: { schedules: [sundays] } }
    expect((await call(`PUT ${at}/${uid}`, { body })).status).toBe(204)
    const changed = (await call(`GET ${at}/${uid}`)).body
    expect(changed).toMatchObject({ metadata: { name: 'renamed', labels: {} }, spec: { schedules: [sundays] } })
    expect((await call(`DELETE /v1/spcPolicies/${uid}`)).status).toBe(204)
    const gone = await call(`GET ${at}/${uid}`)
    expect([gone.status, gone.body.code]).toEqual([404, 'ResourceNotFound'])
  })

  test('may have no schedule', async () => {
    const created = await call(`POST ${at}`, { body: { metadata: { name: 'none' }, spec: { schedules: null } } })
    expect((await call(`GET ${at}/${created.body.uid}`)).body.spec).toEqual({ schedules: [] })
    await call(`DELETE /v1/spcPolicies/${created.body.uid}`)
  })

  test.each([
    ['spec.schedules[0].startCron', { ...nights, startCron: 'at night' }],
    ['spec.schedules[0].startCron', { ...nights, startCron: '* 0 2 * * *' }],
    ['spec.schedules[0].startCron', { ...nights, startCron: '' }],
    ['spec.schedules[0].name', { ...nights, name: '' }],
  ])('is refused for %s', async (field, schedule) => {
    const refused = await call(`POST ${at}`, { body: { metadata: { name: 'bad' }, spec: { schedules: [schedule] } } })
    expect([refused.status, refused.body.details.field]).toEqual([400, field])
  })

  test.each([0, 25])('is refused for a window of %i hours', async (durationHrs) => {
    const schedules = [{ ...nights, durationHrs }]
    expect((await call(`POST ${at}`, { body: { metadata: { name: 'bad' }, spec: { schedules } } })).status).toBe(400)
  })

  test('of the tenant is listed in its projects too, and is found by name and tag', async () => {
    const shared = await newPolicy(tenantWide, { name: 'shared', labels: { stage: 'prod', plain: 'spectro__tag' } })
    const own = await newPolicy(call, { name: 'own' })
    expect((await listed(call)).sort()).toEqual(['own', 'shared'])
    expect(await listed(tenantWide)).toEqual(['shared'])
    const twin = await newPolicy(call, { name: 'shared' })
    const both = (await call('POST /v1/dashboard/spcPolicies', { body: {} })).body.items
    const named = both.filter((one: { metadata: { name: string } }) => one.metadata.name === 'shared')
    expect(named.map((one: { metadata: { uid: string } }) => one.metadata.uid)).toEqual([twin, shared])
    await call(`DELETE /v1/spcPolicies/${twin}`)
    const sort = [{ field: 'policyName', order: 'desc' }]
    expect(await listed(call, { sort })).toEqual(['shared', 'own'])
    expect(await listed(call, { filter: { policyName: { eq: 'OWN' } } })).toEqual(['own'])
    expect(await listed(call, { filter: { tags: { eq: ['stage:prod'] } } })).toEqual(['shared'])
    expect(await listed(call, { filter: { tags: { eq: ['plain'] } } })).toEqual(['shared'])
    expect(await listed(call, { filter: { tags: { ne: ['plain'] } } })).toEqual(['own'])
    await tenantWide(`DELETE /v1/spcPolicies/${shared}`)
    await call(`DELETE /v1/spcPolicies/${own}`)
  })

  test('is changed only by those who may, and keeps its project', async () => {
    const uid = await newPolicy(call, { name: 'kept' })
    const { call: asViewer } = await api.newUser(tenant, [{ role: 'Project Viewer', project }])
    expect((await asViewer(`GET ${at}/${uid}`)).status).toBe(200)
    const body = { metadata: { name: 'kept' }, spec: { schedules: [] } }
    expect((await asViewer(`PUT ${at}/${uid}`, { body })).status).toBe(403)
    expect((await asViewer(`DELETE /v1/spcPolicies/${uid}`)).status).toBe(403)
    const held = await call(`DELETE /v1/projects/${project}`)
    expect([held.body.code, held.body.message]).toEqual(['ResourceInUse', expect.stringContaining('kept')])
    await call(`DELETE /v1/spcPolicies/${uid}`)
  })
})
