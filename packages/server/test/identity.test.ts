import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

describe('projects', () => {
  test('start-up of clients: every project of the tenant by name, Default among them', async () => {
    const { call, project } = await api.newTenant()
    const { body } = await call('GET /v1/dashboard/projects/metadata')
    expect(body).toEqual({ items: [{ metadata: { name: 'Default', uid: project.uid } }] })
  })

  test('life of a project: create, read, replace, delete', async () => {
    const { call } = await api.newTenant()
    const created = await call('POST /v1/projects', {
      body: {
        metadata: {
          name: 'edge',
          labels: { env: 'dev', plain: 'spectro__tag' },
          annotations: { description: 'first' },
          creationTimestamp: '0001-01-01T00:00:00.000Z',
        },
        spec: { newerField: { kept: true } },
      },
    })
    expect(created.status).toBe(201)
    const { uid } = created.body
    const read = await call(`GET /v1/projects/${uid}`)
    expect(read.body.metadata).toMatchObject({
      name: 'edge',
      uid,
      labels: { env: 'dev', plain: 'spectro__tag' },
      annotations: { description: 'first', scope: 'tenant' },
    })
    expect(read.body.spec.newerField).toEqual({ kept: true })

    const update = { metadata: { name: 'edge', labels: {}, annotations: {} } }
    expect((await call(`PUT /v1/projects/${uid}`, { body: update })).status).toBe(204)
    const { metadata } = (await call(`GET /v1/projects/${uid}`)).body
    expect(metadata.labels).toEqual({})
    expect(metadata.annotations).not.toHaveProperty('description')

    expect((await call(`DELETE /v1/projects/${uid}`)).status).toBe(204)
    const gone = await call(`GET /v1/projects/${uid}`)
    expect([gone.status, gone.body.code]).toEqual([404, 'ResourceNotFound'])
  })

  test('a second project of the same name is refused, and a name that is no uid is simply not found', async () => {
    const { call } = await api.newTenant()
    const again = await call('POST /v1/projects', { body: { metadata: { name: 'Default' } } })
    expect([again.status, again.body.code]).toEqual([409, 'DuplicateName'])
    const named = await call('GET /v1/projects/My%20Project:1')
    expect([named.status, named.body.code]).toEqual([404, 'ResourceNotFound'])
  })

  test('a project with resources in it is not deleted, and says which', async () => {
    const { call, project, tenant } = await api.newTenant()
    const actor = { type: 'system', uid: 's', name: 's' } as const
    await api.context.store.transaction(tenant.uid, actor, (tx) =>
      tx.create({
        kind: 'CloudAccount',
        project: project.uid,
        name: 'acc',
        spec: { cloudType: 'local', credentialKeys: [], settings: {} },
      }),
    )
    const { status, body } = await call(`DELETE /v1/projects/${project.uid}`)
    expect([status, body.code]).toEqual([409, 'ResourceInUse'])
    expect(body.message).toContain('acc')
  })

  test('what keeps a project from being deleted is told before', async () => {
    const { call, project, tenant } = await api.newTenant()
    const validate = async () => {
      const { status, body } = await call(`DELETE /v1/projects/${project.uid}/validate`)
      expect(status).toBe(200)
      return body.clusters
    }
    expect(await validate()).toEqual({ count: 0, clusters: [] })
    const spec = {
      ...{ cloudType: 'local', cloudAccountUid: 'a'.repeat(24), cloudConfigUid: 'b'.repeat(24), cloudConfig: {} },
      ...{ machinePools: [], profiles: [], policy: { drift: 'heal', nodes: 'heal' } as const, clusterConfig: {} },
    }
    const { meta } = await api.context.store.transaction(tenant.uid, operatorActor, (tx) =>
      tx.create({ kind: 'Cluster', project: project.uid, name: 'one', spec }),
    )
    const [cluster] = (await validate()).clusters
    expect(cluster).toEqual({ clusterRef: { name: 'one', uid: meta.uid }, state: 'Pending' })
    expect((await call(`DELETE /v1/projects/${project.uid}`)).body.code).toBe('ResourceInUse')
  })

  test('someone with a role in one project sees that one only', async () => {
    const { call, tenant, project } = await api.newTenant()
    const other = (await call('POST /v1/projects', { body: { metadata: { name: 'other' } } })).body.uid
    const user = await api.newUser(tenant.uid, [{ role: 'Project Viewer', project: project.uid }])
    expect((await user.call('GET /v1/dashboard/projects/metadata')).body.items).toHaveLength(1)
    expect((await user.call(`GET /v1/projects/${project.uid}`)).status).toBe(200)
    const hidden = await user.call(`GET /v1/projects/${other}`)
    expect([hidden.status, hidden.body.code]).toEqual([404, 'ResourceNotFound'])
    expect((await user.call(`PUT /v1/projects/${project.uid}`, { body: { metadata: { name: 'x' } } })).status).toBe(403)
  })
})

describe('users and roles', () => {
  test('life of a user, found by e-mail through the summary', async () => {
    const { call } = await api.newTenant()
    const body = {
      metadata: { name: 'Ann Lee' },
      spec: { emailId: 'Ann@Example.com', firstName: 'Ann', lastName: 'Lee', teams: null },
    }
    const { uid } = (await call('POST /v1/users', { body })).body
    const found = await call('POST /v1/users/summary', { body: { filter: { emailId: { eq: 'ann@example.com' } } } })
    expect(found.body.items).toHaveLength(1)
    expect(found.body.items[0]).toMatchObject({
      metadata: { uid },
      spec: { emailId: 'ann@example.com', firstName: 'Ann' },
    })
    expect((await call('GET /v1/users', { query: { limit: '0' } })).body.listmeta).toMatchObject({
      continue: '',
      count: 2,
    })
    expect((await call('POST /v1/users', { body })).status).toBe(409)
    expect((await call(`DELETE /v1/users/${uid}`)).status).toBe(204)
    const gone = await call(`GET /v1/users/${uid}`)
    expect([gone.status, gone.body.code]).toEqual([404, 'UserNotFound'])
  })

  test.each(['disabled', 'deleted'])('a user who is %s is out at once, with every session and key', async (how) => {
    const tenant = await api.newTenant()
    const { uid, email, call: byKey } = await api.newUser(tenant.tenant.uid, [{ role: 'Tenant Admin' }])
    const password = 'correct horse battery'
    const set = await tenant.call(`PUT /atrium/v1/users/${uid}/password`, { body: { password } })
    expect(set.status, set.text).toBe(204)
    const signIn = () =>
      api.as({})('POST /v1/auth/authenticate', { body: { emailId: email, password, org: tenant.tenant.name } })
    const { Authorization: token } = (await signIn()).body
    const bySession = api.as({ Authorization: token })
    for (const call of [byKey, bySession]) expect((await call('GET /v1/users/info')).status).toBe(200)
    const scope = { tenant: tenant.tenant.uid, actor: operatorActor }
    if (how === 'deleted') expect((await tenant.call(`DELETE /v1/users/${uid}`)).status).toBe(204)
    else await api.context.identity.updateUser(scope, uid, { isActive: false })
    for (const call of [byKey, bySession]) expect((await call('GET /v1/users/info')).status).toBe(401)
    expect((await api.as({})(`GET /v1/auth/refresh/${token}`)).status).toBe(401)
    expect((await signIn()).status).toBe(401)
    if (how === 'deleted') return
    await api.context.identity.updateUser(scope, uid, { isActive: true })
    expect((await bySession('GET /v1/users/info')).status, 'its sessions stay over').toBe(401)
  })

  test('roles by scope: tenant roles replace, project roles patch, both are in force at once', async () => {
    const { call, tenant, project } = await api.newTenant()
    const user = await api.newUser(tenant.uid, [])
    expect((await user.call('GET /v1/roles')).status).toBe(403)
    const roles = (await call('GET /v1/roles')).body.items as { metadata: { name: string; uid: string } }[]
    const uidOf = (name: string): string => roles.find(({ metadata }) => metadata.name === name)?.metadata.uid ?? ''

    expect((await call(`PUT /v1/users/${user.uid}/roles`, { body: { roles: [uidOf('Tenant Viewer')] } })).status).toBe(
      204,
    )
    expect((await user.call('GET /v1/roles')).status).toBe(200)
    expect((await call(`GET /v1/users/${user.uid}/roles`)).body.roles).toEqual([
      { uid: uidOf('Tenant Viewer'), name: 'Tenant Viewer' },
    ])

    const projects = [{ projectUid: project.uid, roles: [uidOf('Project Admin')] }]
    expect((await call(`PUT /v1/users/${user.uid}/projects`, { body: { projects } })).status).toBe(204)
    const listed = await call(`GET /v1/users/${user.uid}/projects`)
    expect(listed.body.projects).toMatchObject([
      { uid: project.uid, name: 'Default', roles: [{ name: 'Project Admin' }] },
    ])

    expect(
      (
        await call(`PUT /v1/users/${user.uid}/projects`, {
          body: { projects: [{ projectUid: project.uid, roles: [] }] },
        })
      ).status,
    ).toBe(204)
    expect((await call(`GET /v1/users/${user.uid}/projects`)).body.projects).toEqual([])
    const wrongScope = await call(`PUT /v1/users/${user.uid}/roles`, { body: { roles: [uidOf('Project Admin')] } })
    expect([wrongScope.status, wrongScope.body.code]).toEqual([400, 'InvalidRequest'])
  })

  test('every built-in role can be cloned, and the clone holds what it holds', async () => {
    const { call } = await api.newTenant()
    const { items } = (await call('GET /v1/roles')).body
    for (const { metadata, spec } of items) {
      const clone = await call(`POST /v1/roles/${metadata.uid}/clone`, {
        body: { metadata: { name: `My ${metadata.name}` } },
      })
      expect(clone.status, `${metadata.name}: ${clone.text}`).toBe(201)
      expect((await call(`GET /v1/roles/${clone.body.uid}`)).body.spec.permissions).toEqual(spec.permissions)
    }
  })

  test('life of a custom role; it cannot go while somebody holds it', async () => {
    const { call, tenant } = await api.newTenant()
    const body = {
      metadata: { name: 'Auditor', annotations: { scope: 'tenant' } },
      spec: { scope: 'tenant', permissions: ['audit.list', 'audit.get', 'audit.get'], type: 'user' },
      status: { isEnabled: true },
    }
    const { uid } = (await call('POST /v1/roles', { body })).body
    const { spec } = (await call(`GET /v1/roles/${uid}`)).body
    expect(spec).toEqual({ scope: 'tenant', permissions: ['audit.get', 'audit.list'], type: 'user' })
    const user = await api.newUser(tenant.uid, [])
    await call(`PUT /v1/users/${user.uid}/roles`, { body: { roles: [uid] } })
    expect((await call(`DELETE /v1/roles/${uid}`)).status).toBe(409)
    await call(`PUT /v1/users/${user.uid}/roles`, { body: { roles: [] } })
    expect((await call(`DELETE /v1/roles/${uid}`)).status).toBe(204)
    const unknown = await call('POST /v1/roles', {
      body: { ...body, spec: { ...body.spec, permissions: ['cluster.edit'] } },
    })
    expect([unknown.status, unknown.body.details.field]).toEqual([400, 'spec.permissions'])
  })

  test.each(['firstName', 'lastName'])('a %s is a line of moderate length', async (field) => {
    const { call, adminUid } = await api.newTenant()
    for (const name of ['x'.repeat(254), 'one\ntwo']) {
      const spec = { emailId: 'long@example.com', [field]: name }
      for (const route of ['POST /v1/users', `PUT /v1/users/${adminUid}`]) {
        const { status, body } = await call(route, { body: { metadata: { uid: adminUid }, spec } })
        expect([status, body.code, body.details]).toEqual([400, 'InvalidRequest', { field: `spec.${field}` }])
      }
    }
    expect((await call('GET /v1/users')).body.items).toHaveLength(1)
  })

  test('the summary of users tells roles, projects and teams of each, in the order asked for', async () => {
    const { call, tenant, project } = await api.newTenant()
    const held = [{ role: 'Tenant Viewer' }, { role: 'Project Viewer', project: project.uid }]
    const holder = await api.newUser(tenant.uid, held)
    const summary = async (body: object) => (await call('POST /v1/users/summary', { body })).body.items
    const [found] = await summary({ filter: { emailId: { eq: holder.email } } })
    expect(found.spec).toMatchObject({
      roles: [{ name: 'Tenant Viewer' }],
      projects: [{ uid: project.uid, name: 'Default' }],
      projectsCount: 1,
      teams: [],
    })
    const { items: known } = (await call('GET /v1/users/meta')).body
    expect(known).toContainEqual({ uid: holder.uid, emailId: holder.email, name: found.metadata.name })
    await api.newUser(tenant.uid, [])
    const names = async (sort?: object[]) =>
      (await summary(sort ? { sort } : {})).map(({ metadata }: { metadata: { name: string } }) => metadata.name)
    const sorted = (await names()).toSorted()
    expect(sorted).toHaveLength(3)
    expect(await names([{ field: 'name', order: 'asc' }])).toEqual(sorted)
    expect(await names([{ field: 'name', order: 'desc' }])).toEqual(sorted.toReversed())
    expect((await names([{ field: 'creationTimestamp', order: 'desc' }])).at(-1)).toMatch(/^Admin/)
  })

  test.each([{ isEnabled: false }, {}])('a disabled role (status %o) is held and grants nothing', async (status) => {
    const { call, tenant } = await api.newTenant()
    const body = {
      metadata: { name: 'Reader' },
      spec: { scope: 'tenant', permissions: ['user.list'] },
      novel: { a: 1 },
    }
    const { uid } = (await call('POST /v1/roles', { body: { ...body, status } })).body
    expect((await call(`GET /v1/roles/${uid}`)).body).toMatchObject({ status: { isEnabled: false }, novel: { a: 1 } })
    const user = await api.newUser(tenant.uid, [])
    await call(`PUT /v1/users/${user.uid}/roles`, { body: { roles: [uid] } })
    expect((await user.call('GET /v1/users')).status).toBe(403)
    expect((await call(`PUT /v1/roles/${uid}`, { body: { ...body, status: { isEnabled: true } } })).status).toBe(204)
    expect((await user.call('GET /v1/users')).status).toBe(200)
    expect((await call(`PUT /v1/roles/${uid}`, { body: { ...body, status } })).status).toBe(204)
    expect((await user.call('GET /v1/users')).status).toBe(403)
  })

  test('nobody raises their own rights: by roles, by keys of others, by their own role', async () => {
    const { call, tenant, adminUid } = await api.newTenant()
    const roles = (await call('GET /v1/roles')).body.items as { metadata: { name: string; uid: string } }[]
    const adminRole = roles.find(({ metadata }) => metadata.name === 'Tenant Admin')?.metadata.uid
    const keeper = await api.newUser(tenant.uid, [{ role: 'Tenant User Admin' }])
    expect((await keeper.call(`PUT /v1/users/${keeper.uid}/roles`, { body: { roles: [adminRole] } })).status).toBe(403)
    expect((await keeper.call(`PUT /v1/users/${adminUid}/roles`, { body: { roles: [] } })).status).toBe(403)
    const key = { metadata: { name: 'k' }, spec: { userUid: adminUid } }
    expect((await keeper.call('POST /v1/apiKeys', { body: key })).status).toBe(403)
    expect((await keeper.call(`DELETE /v1/users/${adminUid}`)).status).toBe(403)

    const role = { metadata: { name: 'Mine' }, spec: { scope: 'tenant', permissions: ['role.get', 'role.update'] } }
    const { uid } = (await call('POST /v1/roles', { body: role })).body
    const holder = await api.newUser(tenant.uid, [])
    await call(`PUT /v1/users/${holder.uid}/roles`, { body: { roles: [uid] } })
    const more = { ...role, spec: { ...role.spec, permissions: ['role.get', 'role.update', 'user.create'] } }
    expect((await holder.call(`PUT /v1/roles/${uid}`, { body: more })).status).toBe(403)
  })

  test('nobody raises the rights of a role past their own, whoever holds it', async () => {
    const { tenant } = await api.newTenant()
    const keeper = await api.newUser(tenant.uid, [{ role: 'Tenant User Admin' }, { role: 'Tenant Role Admin' }])
    const role = { metadata: { name: 'Low' }, spec: { scope: 'tenant', permissions: ['user.get', 'user.update'] } }
    const { uid } = (await keeper.call('POST /v1/roles', { body: role })).body
    const second = await api.newUser(tenant.uid, [])
    const bound = await keeper.call(`PUT /v1/users/${second.uid}/roles`, { body: { roles: [uid] } })
    expect(bound.status, bound.text).toBe(204)

    const put = (permissions: string[]) =>
      keeper.call(`PUT /v1/roles/${uid}`, { body: { ...role, spec: { ...role.spec, permissions } } })
    const raised = await put(['user.get', 'user.update', 'cluster.delete'])
    expect([raised.status, raised.body.code, raised.body.details.permissions]).toEqual([
      403,
      'Forbidden',
      ['cluster.delete'],
    ])
    expect((await keeper.call(`GET /v1/roles/${uid}`)).body.spec.permissions).toEqual(['user.get', 'user.update'])
    expect((await put(['role.get', 'user.get'])).status, 'their own permissions they may give').toBe(204)
  })

  test('a role may keep permissions that who renames it does not hold', async () => {
    const { call, tenant } = await api.newTenant()
    const role = { metadata: { name: 'High' }, spec: { scope: 'tenant', permissions: ['audit.get', 'cluster.get'] } }
    const { uid } = (await call('POST /v1/roles', { body: role })).body
    const keeper = await api.newUser(tenant.uid, [{ role: 'Tenant Role Admin' }])
    const renamed = { metadata: { name: 'Higher' }, spec: { ...role.spec, permissions: ['cluster.get'] } }
    expect((await keeper.call(`PUT /v1/roles/${uid}`, { body: renamed })).status).toBe(204)
  })
})

describe('API keys', () => {
  test('a key is shown once, works at once, and stops when switched off, expired or deleted', async () => {
    const { call, tenant } = await api.newTenant()
    // The Go client sends the tenant's uid here.
    const body = { metadata: { name: 'ci' }, spec: { userUid: tenant.uid, expiry: '2030-01-01T00:00:00Z' } }
    const created = await call('POST /v1/apiKeys', { body })
    expect(created.status).toBe(201)
    const { uid, apiKey } = created.body
    const works = async (): Promise<number> => (await api.as({ ApiKey: apiKey })('GET /v1/users/info')).status
    expect(await works()).toBe(200)
    expect((await call(`GET /v1/apiKeys/${uid}`)).text).not.toContain(apiKey)
    expect((await call('GET /v1/apiKeys')).text).not.toContain(apiKey)

    await call(`PUT /v1/apiKeys/${uid}/state`, { body: { isActive: false } })
    expect(await works()).toBe(401)
    await call(`PUT /v1/apiKeys/${uid}/state`, { body: { isActive: true } })
    expect(await works()).toBe(200)
    await call(`PATCH /v1/apiKeys/${uid}`, { body: {} })
    expect(await works(), 'clients leave false out').toBe(401)
    await call(`PATCH /v1/apiKeys/${uid}`, { body: { isActive: true } })
    expect(await works()).toBe(200)
    await call(`PUT /v1/apiKeys/${uid}`, { body: { spec: { expiry: '2020-01-01T00:00:00Z' } } })
    expect(await works()).toBe(401)
    expect((await call(`DELETE /v1/apiKeys/${uid}`)).status).toBe(204)
    expect((await call(`GET /v1/apiKeys/${uid}`)).status).toBe(404)
  })
})

/** The audit record of a tenant, oldest first. */
async function recorded(tenant: string): Promise<string[]> {
  const owner = new pg.Client({ connectionString: api.ownerUrl })
  await owner.connect()
  try {
    const text = 'select actor_type, action, kind, name, message from audit_log where tenant = $1 order by id'
    return (await owner.query(text, [tenant])).rows.map(
      ({ actor_type, action, kind, name, message }) => `${actor_type}: ${action} ${kind} ${name}: ${message}`,
    )
  } finally {
    await owner.end()
  }
}

describe('a tenant', () => {
  const operator: Caller = (route, call) => api.as({ Authorization: api.operatorToken })(route, call)

  test('is made by the operator alone, and the record says so', async () => {
    const body = { name: 'made-by-operator' }
    expect((await api.as({})('POST /atrium/v1/tenants', { body })).status).toBe(401)
    const { call: admin } = await api.newTenant()
    expect((await admin('POST /atrium/v1/tenants', { body })).status).toBe(401)
    const made = await operator('POST /atrium/v1/tenants', { body })
    expect(made.status).toBe(201)
    const call = api.as({ ApiKey: made.body.apiKey })
    expect((await call('GET /v1/dashboard/projects/metadata')).body.items[0].metadata.name).toBe('Default')
    const again = await operator('POST /atrium/v1/tenants', { body })
    expect([again.status, again.body.code]).toEqual([409, 'DuplicateName'])
    const { adminEmail: email } = made.body
    expect(await recorded(made.body.tenant.uid)).toEqual([
      'operator: create Tenant made-by-operator: created the tenant',
      'operator: Project.create Project Default: create Project Default',
      `operator: create User ${email}: created the user`,
      expect.stringContaining(`operator: setRoles RoleBinding ${email}`),
      expect.stringContaining('operator: create ApiKey first'),
    ])
  })

  test.each([
    ['e-mail', { adminEmail: 'nobody' }],
    ['password', { adminPassword: '12' }],
  ])('is not begun with a wrong %s of its administrator', async (what, wrong) => {
    const body = { name: `wrong-${what}` }
    const refused = await operator('POST /atrium/v1/tenants', { body: { ...body, ...wrong } })
    expect([refused.status, refused.body.code]).toEqual([400, 'InvalidRequest'])
    expect(await api.context.identity.tenantByName(body.name)).toBeNull()
    expect((await operator('POST /atrium/v1/tenants', { body })).status).toBe(201)
  })

  test('whose making was cut short is finished by the next try', async () => {
    const { uid } = await api.context.identity.createTenant('cut-short', operatorActor)
    await api.context.store.transaction(uid, operatorActor, (tx) =>
      tx.create({ kind: 'Project', project: null, name: 'Default', spec: {} }),
    )
    const made = await operator('POST /atrium/v1/tenants', { body: { name: 'cut-short' } })
    expect([made.status, made.body.tenant?.uid], made.text).toEqual([201, uid])
    const call = api.as({ ApiKey: made.body.apiKey })
    expect((await call('GET /v1/dashboard/projects/metadata')).body.items).toHaveLength(1)
    expect((await recorded(uid)).filter((line) => line.includes('Tenant'))).toEqual([
      'operator: create Tenant cut-short: created the tenant',
      'operator: create Tenant cut-short: went on with the tenant, which had no user yet',
    ])
  })
})

test('the record holds the life of a session', async () => {
  const { tenant, adminEmail, adminPassword } = await api.newTenant()
  const credentials = { emailId: adminEmail, password: adminPassword.reveal(), org: tenant.name }
  const { Authorization: first } = (await api.as({})('POST /v1/auth/authenticate', { body: credentials })).body
  const { Authorization: token } = (await api.as({})(`GET /v1/auth/refresh/${first}`)).body
  await api.context.identity.revokeToken({ tenant: tenant.uid, actor: operatorActor }, token)
  expect((await api.as({ Authorization: token })('GET /v1/users/info')).status).toBe(401)
  expect((await recorded(tenant.uid)).slice(-3)).toEqual([
    `user: signIn Session ${adminEmail}: signed in with a password`,
    `user: refresh Session ${adminEmail}: exchanged a session for a new one`,
    `operator: revoke Session ${adminEmail}: ended a session`,
  ])
})

test('settings a tenant never touched answer with defaults', async () => {
  const { call, tenant } = await api.newTenant()
  const base = `GET /v1/tenants/${tenant.uid}`
  const paths = [
    'password/policy',
    'resourceLimits',
    'preferences/developerCredit',
    'preferences/clusterGroup',
    'authTokenSettings',
    'preferences/clusterRbacSettings',
    'preferences/clusterSettings',
    'loginBanner',
    'preferences/fips',
    'domains',
    'oidc/config',
    'saml/config',
    'sso/auth/providers',
  ]
  for (const path of paths) expect([path, (await call(`${base}/${path}`)).status]).toEqual([path, 200])
  expect((await call('GET /v1/spectroclusters/upgrade/settings')).status).toBe(200)
})
