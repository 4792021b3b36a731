import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
let call: Caller
let tenant: string
let project: string
let adminUid: string
beforeAll(async () => {
  api = await openTestApi()
  const made = await api.newTenant()
  ;({ call, adminUid } = made)
  tenant = made.tenant.uid
  project = made.project.uid
})
afterAll(() => api.close())

interface Entry {
  metadata: { uid: string; creationTimestamp: string; annotations: Record<string, string> }
  spec: {
    actionType: string
    contentMsg: string
    actor: { user?: { uid: string } }
    resource: { kind: string; uid: string; name: string }
  }
}
const list = async (query: Record<string, string> = {}, as = call): Promise<{ items: Entry[]; listmeta: ListMeta }> => {
  const { status, body, text } = await as('GET /v1/audits', { query })
  expect(status, text).toBe(200)
  return body
}
interface ListMeta {
  continue: string
  count: number
}
const named = (name: string, as = call, headers = {}) =>
  as('POST /v1/clusterprofiles', {
    headers,
    body: { metadata: { name }, spec: { version: '1.0.0', template: { cloudType: 'all', type: 'add-on', packs: [] } } },
  })

test('what was done is told, newest first, with who did it and to what', async () => {
  const { body } = await named('audited')
  await call(`DELETE /v1/clusterprofiles/${body.uid}`)
  const { items } = await list({ resourceUid: body.uid })
  expect(items.map(({ spec }) => spec.actionType)).toEqual(['delete', 'create'])
  expect(items[1]?.spec).toMatchObject({
    actor: { actorType: 'user', user: { emailId: expect.stringContaining('@') } },
    resource: { kind: 'ClusterProfile', uid: body.uid, name: 'audited' },
  })
  const uid = items[0]?.metadata.uid
  expect((await call(`GET /v1/audits/${uid}`)).body).toEqual(items[0])
  expect((await call(`GET /v1/audits/${uid}/sysMsg`)).body.actionMsg).toBe('ClusterProfile.delete')
  expect((await list({ resourceUid: body.uid, actionType: 'create' })).items).toHaveLength(1)
  expect((await list({ resourceUid: body.uid, actionType: 'action' })).items).toEqual([])
  expect((await list({ userUid: adminUid, resourceUid: body.uid })).items, 'with the key of that user').toHaveLength(2)
  const at = items[0]?.metadata.creationTimestamp ?? ''
  expect((await list({ resourceUid: body.uid, startTime: '2999-01-01T00:00:00Z' })).items).toEqual([])
  expect((await list({ resourceUid: body.uid, endTime: at })).items.length).toBeLessThan(2)
})

test('pages go on after the last entry, also when new ones come in meanwhile', async () => {
  for (const name of ['one', 'two', 'three']) await named(name)
  const whole = (await list({ resourceKind: 'ClusterProfile', actionType: 'create' })).items
  const first = await list({ resourceKind: 'ClusterProfile', actionType: 'create', limit: '2' })
  await named('four')
  const next = { resourceKind: 'ClusterProfile', actionType: 'create', limit: '2', continue: first.listmeta.continue }
  expect([...first.items, ...(await list(next)).items]).toEqual(whole.slice(0, 4))
  expect(first.listmeta.count).toBe(whole.length)
  for (const [field, value] of [
    ['limit', '-1'],
    ['limit', '5000'],
    ['offset', '-1'],
    ['continue', 'x'],
    ['startTime', 'yesterday-1'],
    ['startTime', '0000-01-01T00:00:00Z'],
    ['endTime', '2026-13-41T00:00:00Z'],
  ] as const) {
    const refused = await call('GET /v1/audits', { query: { [field]: value } })
    expect([refused.status, refused.body.details.field]).toEqual([400, field])
  }
})

test('of a project its readers see what was done in it, and of the tenant nothing', async () => {
  const inside = await named('inside', call, { ProjectUid: project })
  const { call: reader } = await api.newUser(tenant, [{ role: 'Project Viewer', project }])
  const seen = (await list({}, reader)).items
  expect(seen.map(({ spec }) => spec.resource.uid)).toContain(inside.body.uid)
  expect(new Set(seen.map(({ metadata }) => metadata.annotations['projectUid']))).toEqual(new Set([project]))
  const hidden = (await list({})).items.find(({ metadata }) => metadata.annotations['scope'] === 'tenant')
  for (const uid of [hidden?.metadata.uid, '999999999', 'nonsense']) {
    const answer = await reader(`GET /v1/audits/${uid}`)
    expect([answer.status, answer.body.code]).toEqual([404, 'ResourceNotFound'])
  }
  const { call: stranger } = await api.newTenant()
  expect((await list({ resourceUid: inside.body.uid }, stranger)).items).toEqual([])
  const { call: none } = await api.newUser(tenant, [{ role: 'Cluster Account Viewer', project }])
  expect((await none('GET /v1/audits')).status).toBe(403)
})

test('who did something notes why, and who looks after the place; a note is on the record itself, and rewrites nothing', async () => {
  const { uid: mine, call: author } = await api.newUser(tenant, [
    { role: 'Cluster Profile Admin', project },
    { role: 'Project Viewer', project },
  ])
  const { body } = await named('noted', author, { ProjectUid: project })
  const [entry] = (await list({ resourceUid: body.uid }, author)).items
  const route = `/v1/audits/${entry?.metadata.uid}`
  const note = (as: Caller, userMsg: unknown) => as(`PATCH ${route}/userMsg`, { body: { userMsg } })
  expect((await note(author, 'asked for by ops')).status).toBe(204)
  expect((await author(`GET ${route}`)).body.spec).toEqual({ ...entry?.spec, userMsg: 'asked for by ops' })
  expect((await note(call, 'seen by an administrator')).status).toBe(204)
  const shown = (await list({ resourceUid: body.uid })).items[0]
  expect(shown).toEqual({ ...entry, spec: { ...entry?.spec, userMsg: 'seen by an administrator' } })
  const notes = (await list({ resourceKind: 'AuditNote', resourceUid: entry?.metadata.uid ?? '' }, author)).items
  expect(notes.map(({ spec }) => spec.contentMsg)).toEqual(['seen by an administrator', 'asked for by ops'])
  expect(notes[1]?.metadata.annotations['projectUid']).toBe(project)
  expect((await list({ resourceKind: 'AuditNote', userUid: mine })).items).toHaveLength(1)

  const { call: reader } = await api.newUser(tenant, [{ role: 'Project Viewer', project }])
  expect((await note(reader, 'not mine')).status).toBe(403)
  const { call: stranger } = await api.newTenant()
  expect((await note(stranger, 'not mine')).status).toBe(404)
  for (const wrong of [undefined, '', 'ab', '     ', 'x'.repeat(256), 'tab\u0007bell'])
    expect((await note(author, wrong)).status, String(wrong)).toBe(400)
})
