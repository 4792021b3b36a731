import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

describe('the password policy of a tenant', () => {
  const strict = {
    minLength: 10,
    maxLength: 12,
    minNumOfBlockLetters: 1,
    minNumOfDigits: 2,
    minNumOfSmallLetters: 1,
    minNumOfSpecialCharacters: 1,
    expiryDurationInDays: 999,
    firstReminderInDays: 5,
  }

  test('holds for passwords that are set and for those that are changed', async () => {
    const { call, tenant, adminUid, adminPassword } = await api.newTenant()
    const path = `/v1/tenants/${tenant.uid}/password/policy`
    expect((await call(`POST ${path}`, { body: strict })).status).toBe(204)
    expect((await call(`GET ${path}`)).body).toMatchObject(strict)

    const user = await api.newUser(tenant.uid, [])
    const set = (password: string) => call(`PUT /atrium/v1/users/${user.uid}/password`, { body: { password } })
    const weak = await set('short')
    expect([weak.status, weak.body.details.field]).toEqual([400, 'password'])
    expect(weak.body.message).toContain('10 characters, 1 capital letters, 2 digits, 1 special characters')
    expect((await set('Long-enough-12345')).body.message).toContain('more than 12')
    expect((await set('Enough-1234')).status).toBe(204)

    const change = (newPassword: string) =>
      call(`PATCH /v1/users/${adminUid}/password/change`, {
        body: { currentPassword: adminPassword.reveal(), newPassword },
      })
    expect((await change('lower-case')).body.details).toEqual({ field: 'newPassword' })
    expect((await change('Enough-1234')).status).toBe(204)
  })

  test.each([
    ['minLength', 'InvalidRequest', { minLength: 3 }],
    ['maxLength', 'InvalidRequest', { minLength: 8, maxLength: 7 }],
    ['maxLength', 'InvalidRequest', { maxLength: 8, minNumOfDigits: 9 }],
    ['minNumOfDigits', 'InvalidRequest', { minNumOfDigits: -1 }],
    ['regex', 'InvalidRequest', { isRegex: true, regex: '^(a' }],
    ['regex', 'InvalidRequest', { isRegex: true }],
    ['expiryDurationInDays', 'InvalidRequest', { expiryDurationInDays: -1 }],
    ['firstReminderInDays', 'InvalidRequest', { firstReminderInDays: -1 }],
  ])('is refused for %s with %s: %o cannot be kept to', async (field, code, body) => {
    const { call, tenant } = await api.newTenant()
    const answer = await call(`POST /v1/tenants/${tenant.uid}/password/policy`, { body })
    expect([answer.status, answer.body.code, answer.body.details]).toEqual([400, code, { field }])
  })
})

test('a password policy that asks for no minimum shows none: Go clients leave 0 out', async () => {
  const { call, tenant } = await api.newTenant()
  const path = `/v1/tenants/${tenant.uid}/password/policy`
  expect((await call(`GET ${path}`)).body).toMatchObject({ minLength: 6, expiryDurationInDays: 999 })
  expect((await call(`POST ${path}`, { body: { expiryDurationInDays: 999, firstReminderInDays: 5 } })).status).toBe(204)
  expect((await call(`GET ${path}`)).body).toMatchObject({ minLength: 0, firstReminderInDays: 5 })
  const user = await api.newUser(tenant.uid, [])
  const short = await call(`PUT /atrium/v1/users/${user.uid}/password`, { body: { password: 'short' } })
  expect([short.status, short.body.details.field]).toEqual([400, 'password'])
})

test('a tenant without a policy sees that of the installation, which holds for it', async () => {
  const { call, tenant } = await api.newTenant()
  const system = 'PUT /v1/system/password/policy/default'
  const operator = api.as({ Authorization: api.operatorToken })
  const path = `/v1/tenants/${tenant.uid}/password/policy`
  expect((await operator(system, { body: { minLength: 9 } })).status).toBe(204)
  try {
    expect((await call(`GET ${path}`)).body).toMatchObject({ minLength: 9, expiryDurationInDays: 999 })
    expect((await call(`POST ${path}`, { body: { minLength: 7 } })).status).toBe(204)
    expect((await call(`GET ${path}`)).body).toMatchObject({ minLength: 7 })
  } finally {
    expect((await operator(system, { body: {} })).status).toBe(204)
  }
})

describe('a setting of a tenant', () => {
  test.each([
    ['PUT', 'authTokenSettings', { expiryTimeMinutes: 15 }],
    ['PUT', 'loginBanner', { title: 'Read', Message: 'this', isEnabled: true }],
    ['PUT', 'preferences/clusterGroup', { hideSystemClusterGroups: true, isClusterGroupEnabled: false }],
    ['PUT', 'preferences/clusterRbacSettings', { automaticClusterRoleBinding: 'enabled' }],
    ['PUT', 'preferences/developerCredit', { cpu: 4, memoryGiB: 0, storageGiB: 2, virtualClustersLimit: 1 }],
    ['POST', 'domains', { domains: ['one.example', 'Two.example'] }],
    ['POST', 'sso/auth/providers', { isEnabled: true, ssoLogins: ['github', ''] }],
  ])('is shown as it was set, to those who may set it and in no other tenant: %s %s', async (method, setting, body) => {
    const { call, tenant } = await api.newTenant()
    const path = `/v1/tenants/${tenant.uid}/${setting}`
    const before = (await call(`GET ${path}`)).body
    const viewer = await api.newUser(tenant.uid, [{ role: 'Tenant Viewer' }])
    expect((await viewer.call(`${method} ${path}`, { body })).body.code).toBe('Forbidden')
    const stranger = await api.newTenant()
    for (const route of [`${method} ${path}`, `GET ${path}`])
      expect((await stranger.call(route, route.startsWith('GET') ? {} : { body })).body.code).toBe('ResourceNotFound')
    expect((await call(`GET ${path}`)).body).toEqual(before)
    expect((await call(`${method} ${path}`, { body })).status).toBe(204)
    expect((await call(`GET ${path}`)).body).toEqual(body)
  })

  test('keeps what newer clients know of it', async () => {
    const { call, tenant } = await api.newTenant()
    const path = `/v1/tenants/${tenant.uid}/preferences/fips`
    const mode = { mode: 'nonFipsDisabled' }
    const body = { fipsPackConfig: mode, fipsNewerConfig: { ...mode, levels: [1, 2] }, newerToken: 'hush' }
    expect((await call(`PUT ${path}`, { body })).status).toBe(204)
    const shown = (await call(`GET ${path}`)).body
    expect(shown).toMatchObject({ fipsPackConfig: mode, fipsNewerConfig: { ...mode, levels: [1, 2] } })
    expect(shown, 'what sounds secret is not kept').not.toHaveProperty('newerToken')
  })

  test.each([
    ['cpu', 'PUT', 'preferences/developerCredit', { cpu: -1 }],
    ['virtualClustersLimit', 'PUT', 'preferences/developerCredit', { virtualClustersLimit: -1 }],
    ['expiryTimeMinutes', 'PUT', 'authTokenSettings', { expiryTimeMinutes: 14 }],
    ['title', 'PUT', 'loginBanner', { title: 'x'.repeat(201) }],
    ['body', 'POST', 'sso/auth/providers', { ssoLogins: Array.from({ length: 1_000 }, () => 'x'.repeat(70)) }],
  ])('is refused for %s', async (field, method, setting, body) => {
    const { call, tenant } = await api.newTenant()
    const path = `/v1/tenants/${tenant.uid}/${setting}`
    const before = (await call(`GET ${path}`)).body
    const refused = await call(`${method} ${path}`, { body })
    expect([refused.status, refused.body.code], refused.text).toEqual([400, 'InvalidRequest'])
    expect(refused.text).toContain(field)
    expect((await call(`GET ${path}`)).body).toEqual(before)
  })
})

describe('resource limits of a tenant', () => {
  const setLimit = async (call: Caller, tenant: string, kind: string, limit: number) => {
    const path = `/v1/tenants/${tenant}/resourceLimits`
    expect((await call(`PATCH ${path}`, { body: { resources: [{ kind, limit }] } })).status).toBe(204)
    const { resources } = (await call(`GET ${path}`)).body
    const shown = resources.find((one: { kind: string }) => one.kind === kind)
    expect(shown?.limit).toBe(limit)
    expect(shown.maxLimit, 'no limit is above its maximum').toBeGreaterThanOrEqual(limit)
  }
  const pack = { name: 'one', type: 'manifest', layer: 'addon', tag: '1.0.0', uid: 'spectro-manifest-pack', values: '' }
  const content = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one'
  const templateNamed = (name: string) => ({ metadata: { name }, spec: { cloudType: 'local' } })
  const tokenNamed = (name: string) => ({ metadata: { name }, spec: { expiry: '2199-12-31T00:00:00Z' } })
  const condition = { key: 'team', operator: 'eq', values: ['a'] }
  const filterNamed = (name: string) => ({
    ...{ metadata: { name }, spec: { filterGroup: { conjunction: 'and', filters: [condition] } } },
  })
  const template = { cloudType: 'all', type: 'add-on', packs: [{ ...pack, manifests: [{ name: 'one', content }] }] }

  test.each([
    // The tenant begins with one project and one user.
    ['project', 2, 'POST /v1/projects', (name: string) => ({ metadata: { name } })],
    ['user', 2, 'POST /v1/users', (name: string) => ({ spec: { emailId: `${name}@example.com` } })],
    ['apiKey', 2, 'POST /v1/apiKeys', (name: string) => ({ metadata: { name } })],
    ['role', 1, 'POST /v1/roles', (name: string) => ({ metadata: { name }, spec: { scope: 'tenant' } })],
    ['clustergroup', 1, 'POST /v1/clustergroups', (name: string) => ({ metadata: { name } })],
    ['clustertemplate', 1, 'POST /v1/clusterTemplates', templateNamed],
    ['spcpolicy', 1, 'POST /v1/spcPolicies/maintenance', (name: string) => ({ metadata: { name } })],
    ['edgetoken', 1, 'POST /v1/edgehosts/tokens', tokenNamed],
    ['filter', 1, 'POST /v1/filters/tag', filterNamed],
    [
      'clusterprofile',
      1,
      'POST /v1/clusterprofiles',
      (name: string) => ({ metadata: { name }, spec: { version: '1.0.0', template } }),
    ],
  ])('hold for %s: the one past %i is refused by name and number', async (kind, limit, route, bodyOf) => {
    const { call, tenant } = await api.newTenant()
    await setLimit(call, tenant.uid, kind, limit)
    const first = await call(route, { body: bodyOf('first') })
    expect(first.status, first.text).toBe(201)
    const second = await call(route, { body: bodyOf('second') })
    expect([second.status, second.body.code]).toEqual([409, 'ResourceLimitReached'])
    expect(second.body.details).toEqual({ kind, limit })
    expect(second.body.message).toContain(`may have ${limit} here`)
    await setLimit(call, tenant.uid, kind, limit + 1)
    expect((await call(route, { body: bodyOf('second') })).status).toBe(201)
  })

  test('hold for macros of each scope, and never stand in the way of having fewer', async () => {
    const { call, tenant } = await api.newTenant()
    const path = `/v1/tenants/${tenant.uid}/macros`
    const macros = (...names: string[]) => ({ body: { macros: names.map((name) => ({ name, value: 'v' })) } })
    expect((await call(`POST ${path}`, macros('a', 'b', 'c'))).status).toBe(204)
    await setLimit(call, tenant.uid, 'macro', 1)
    expect((await call(`POST ${path}`, macros('d'))).body).toMatchObject({ code: 'ResourceLimitReached' })
    expect((await call(`PUT ${path}`, macros('a', 'b'))).status).toBe(204)
  })

  test('a limit of kinds that cannot be made here is kept and shown', async () => {
    const { call, tenant } = await api.newTenant()
    await setLimit(call, tenant.uid, 'appprofile', 7)
    for (const limit of [-1, 2.5]) {
      const wrong = { body: { resources: [{ kind: 'user', limit }] } }
      const { status, body } = await call(`PATCH /v1/tenants/${tenant.uid}/resourceLimits`, wrong)
      expect([status, body.details]).toEqual([400, { field: 'resources[0].limit' }])
    }
    const ofNothing = { body: { resources: [{ limit: 3 }] } }
    const refused = await call(`PATCH /v1/tenants/${tenant.uid}/resourceLimits`, ofNothing)
    expect([refused.status, refused.body.details]).toEqual([400, { field: 'resources[0].kind' }])
    expect((await call(`GET /v1/tenants/${tenant.uid}/resourceLimits`)).status).toBe(200)
  })
})

test('node remediation of a project is the tenant’s until it has its own', async () => {
  const { call, tenant, project } = await api.newTenant()
  const settings = 'preferences/clusterSettings'
  const set = (path: string, isEnabled: boolean) =>
    call(`PUT ${path}/${settings}/nodesAutoRemediationSetting`, { body: { isEnabled } })
  const shown = async () => (await call(`GET /v1/projects/${project.uid}/${settings}`)).body.nodesAutoRemediationSetting
  expect((await set(`/v1/tenants/${tenant.uid}`, false)).status).toBe(204)
  expect(await shown()).toMatchObject({ isEnabled: false })
  expect((await set(`/v1/projects/${project.uid}`, true)).status).toBe(204)
  expect(await shown()).toMatchObject({ isEnabled: true })
})

describe('whether agents are upgraded by themselves', () => {
  const path = '/v1/spectroclusters/upgrade/settings'
  const inProject = (uid: string) => ({ headers: { ProjectUid: uid } })
  const shown = async (call: Caller, headers = {}) => (await call(`GET ${path}`, headers)).body.spectroComponents
  const set = (call: Caller, spectroComponents: string, headers = {}) =>
    call(`POST ${path}`, { ...headers, body: { spectroComponents } })

  test('is said by a project for itself, and else by the tenant', async () => {
    const { call, project } = await api.newTenant()
    expect((await set(call, 'lock')).status).toBe(204)
    expect(await shown(call, inProject(project.uid))).toBe('lock')
    expect((await set(call, 'unlock', inProject(project.uid))).status).toBe(204)
    expect([await shown(call), await shown(call, inProject(project.uid))]).toEqual(['lock', 'unlock'])
  })

  test('is said by those who may change the project, and of the tenant by those who may change that', async () => {
    const { tenant, project } = await api.newTenant()
    const { call } = await api.newUser(tenant.uid, [{ role: 'Project Admin', project: project.uid }])
    expect((await set(call, 'lock', inProject(project.uid))).status).toBe(204)
    expect((await set(call, 'lock')).body).toMatchObject({ code: 'Forbidden' })
    const stranger = await api.newTenant()
    expect((await stranger.call(`GET ${path}`, inProject(project.uid))).status).toBe(404)
    expect((await set(stranger.call, 'lock', inProject(project.uid))).status).toBe(404)
  })
})
