import { builtInRoles } from '@atrium/api/permissions/roles.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { codeOf, made, succeed } from './support/calls.ts'
import { clusterBody, type MadeCluster, newCluster, newProfile, openClusterApi } from './support/clusters.ts'
import { filterBody, giveTagged, newFilter, uidOf } from './support/roles.ts'

let api: TestApi
let blue: MadeCluster
/** Of another team in the same project, and of the same team in another project. */
let red: string
let elsewhere: { project: string; cluster: string }
let teamBlue: string
/** As the tenant's administrator, without a project. */
let admin: Caller

const cluster = (name: string, labels: Record<string, string>, of = blue) => ({
  ...clusterBody(of.account, [of.infra]),
  metadata: { name, labels },
})
const scoped =
  (call: Caller, project: string): Caller =>
  (route, given) =>
    call(route, { ...given, headers: { ProjectUid: project, ...given?.headers } })

beforeAll(async () => {
  api = await openClusterApi()
  blue = await newCluster(api)
  const { apiKey } = await api.newUser(blue.tenant, [{ role: 'Tenant Admin' }])
  admin = api.as({ ApiKey: apiKey })
  red = await made(blue.call, 'POST /v1/spectroclusters/cloudTypes/local', cluster('two', { team: 'red' }))
  const project = await made(admin, 'POST /v1/projects', { metadata: { name: 'elsewhere' } })
  const there = scoped(admin, project)
  const account = await made(there, 'POST /v1/cloudaccounts/cloudTypes/local', {
    ...{ metadata: { name: 'theirs', annotations: { overlordUid: '' } }, spec: { credentials: { TOKEN: 'hush' } } },
  })
  const infra = await newProfile(there, 'theirs', 'infra')
  const body = cluster('one', { team: 'blue' }, { ...blue, account, infra })
  elsewhere = { project, cluster: await made(there, 'POST /v1/spectroclusters/cloudTypes/local', body) }
  teamBlue = await newFilter(admin, 'team-blue', { key: 'team', values: ['blue'] })
})
afterAll(() => api.close())

/** A user with nothing but this resource role, in the project of the blue cluster. */
async function member(role = 'Resource Cluster Viewer', filters = [teamBlue], projects = [blue.project]) {
  const user = await api.newUser(blue.tenant, [])
  await giveTagged(admin, `users/${user.uid}`, { roles: [role], projects, filters })
  return { ...user, inProject: scoped(user.call, blue.project) }
}
const search = async (call: Caller, filter?: object) => {
  const { status, body, text } = await call('POST /v1/dashboard/spectroclusters/search', {
    body: filter ? { filter } : {},
  })
  expect(status, text).toBe(200)
  return {
    names: body.items.map((one: { metadata: { name: string } }) => one.metadata.name),
    count: body.listmeta.count,
  }
}

describe('a resource role shows', () => {
  test('the clusters whose tags its filter lets through, in the projects it names, and what hangs below them', async () => {
    const { call, inProject } = await member()
    expect((await call(`GET /v1/spectroclusters/${blue.cluster}`)).status).toBe(200)
    const config = (uid: string) => `GET /v1/cloudconfigs/cloudTypes/local/${uid}`
    expect((await call(config(blue.config))).body.spec.machinePoolConfig).toHaveLength(2)
    const below = ['', '/config/namespaces', '/variables', '/packs/resolvedValues', '/status/spcApply'].map(
      (path) => `/v1/spectroclusters/{}${path}`,
    )
    const own = ['explain', 'deviations', 'policy', 'revisions'].map((path) => `/atrium/v1/clusters/{}/${path}`)
    for (const path of [...below, ...own, '/v1/events/components/spectrocluster/{}']) {
      const [mine, other, third] = await Promise.all(
        [blue.cluster, red, elsewhere.cluster].map((uid) => call(`GET ${path.replace('{}', uid)}`)),
      )
      expect([path, mine?.status === 404, other?.status, third?.status]).toEqual([path, false, 404, 404])
    }
    expect(await search(inProject)).toEqual({ names: ['one'], count: 1 })
    expect(await search(call)).toEqual({ names: ['one'], count: 1 })
    const there = await scoped(call, elsewhere.project)('POST /v1/dashboard/spectroclusters/search', { body: {} })
    expect(there.body.code).toBe('ResourceNotFound')
  })

  test('nothing in a project it does not name, nor without a filter, nor when none lets anything pass', async () => {
    const nobody = await newFilter(admin, 'nobody', { key: 'team', values: ['green'] })
    for (const filters of [[], [nobody]]) {
      const { call } = await member('Resource Cluster Admin', filters)
      expect((await call(`GET /v1/spectroclusters/${blue.cluster}`)).status).not.toBe(200)
    }
    const { call } = await member('Resource Cluster Admin', [teamBlue], [])
    expect((await call(`GET /v1/spectroclusters/${blue.cluster}`)).status).toBe(403)
  })

  test('in several projects at once, when it names them, and to all who are in a team that holds it', async () => {
    const user = await api.newUser(blue.tenant, [])
    const team = await made(admin, 'POST /v1/teams', { metadata: { name: 'viewers' }, spec: { users: [user.uid] } })
    const projects = [blue.project, elsewhere.project]
    await giveTagged(admin, `teams/${team}`, { roles: ['Resource Cluster Viewer'], projects, filters: [teamBlue] })
    expect((await search(user.call)).count).toBe(2)
    expect((await user.call(`GET /v1/spectroclusters/${elsewhere.cluster}`)).status).toBe(200)
    expect((await user.call(`GET /v1/spectroclusters/${red}`)).status).toBe(404)
    await succeed(admin, `DELETE /v1/teams/${team}`)
    expect((await user.call(`GET /v1/spectroclusters/${blue.cluster}`)).status).toBe(403)
  })

  test("profiles and accounts by their tags, the tenant's own too, which it cannot change", async () => {
    const ofTenant = await newProfile(admin, 'shared', 'add-on')
    const tag = (uid: string, labels: object) =>
      succeed(admin, `PATCH /v1/clusterprofiles/${uid}/metadata`, {
        metadata: { name: uid === ofTenant ? 'shared' : 'web', labels },
        spec: { version: '1.0.0' },
      })
    const user = await member('Resource Cluster Profile Admin')
    const names = async () =>
      (await user.inProject('GET /v1/dashboard/clusterprofiles/metadata')).body.items.map(
        (one: { metadata: { name: string } }) => one.metadata.name,
      )
    expect(await names()).toEqual([])
    await tag(ofTenant, { team: 'blue' })
    await tag(blue.addon, { team: 'blue' })
    expect((await names()).toSorted()).toEqual(['shared', 'web'])
    const change = (uid: string) => codeOf(user.call, `PATCH /v1/clusterprofiles/${uid}/publish`)
    expect(await change(ofTenant)).toBe('Forbidden')
    expect(await change(blue.infra)).toBe('ResourceNotFound')
    expect(await change(blue.addon)).toBeUndefined()
    await tag(ofTenant, {})
    await tag(blue.addon, {})
    expect(await names()).toEqual([])
  })
})

describe('a resource role lets', () => {
  test('its holder change what it shows as far as its role goes, also where that refers to what they cannot see', async () => {
    const viewer = await member()
    const editor = await member('Resource Cluster Editor')
    const variables = [{ profileUid: blue.addon, variables: [{ name: 'replicas', value: '3' }] }]
    const change = ({ call }: { call: Caller }, uid = blue.cluster) =>
      codeOf(call, `PUT /atrium/v1/clusters/${uid}/policy`, { drift: 'alert', nodes: 'alert' })
    expect(await change(viewer)).toBe('Forbidden')
    expect(await change(editor)).toBeUndefined()
    const patched = await editor.call(`PATCH /v1/spectroclusters/${blue.cluster}/variables`, { body: variables })
    expect(patched.status, patched.text).toBe(204)
    expect(await codeOf(editor.call, `DELETE /v1/spectroclusters/${blue.cluster}`)).toBe('Forbidden')
    expect(await change(editor, red)).toBe('ResourceNotFound')
    const unlocked = await viewer.call(`GET /v1/spectroclusters/${blue.cluster}/assets/adminKubeconfig`)
    expect(unlocked.body.code).toBe('Forbidden')
  })

  test('nobody make anything, unless a role of the tenant says so, and then only with tags that it reaches', async () => {
    const admins = await member('Resource Cluster Admin')
    const create = 'POST /v1/spectroclusters/cloudTypes/local'
    expect(await codeOf(admins.inProject, create, cluster('three', { team: 'blue' }))).toBe('Forbidden')
    const permissions = ['cluster.create', 'cluster.get', 'cloudaccount.get', 'clusterProfile.get']
    const maker = await made(admin, 'POST /v1/roles', {
      metadata: { name: 'Maker' },
      spec: { scope: 'resource', permissions: permissions.filter((name) => name.startsWith('cluster.')) },
    })
    const user = await api.newUser(blue.tenant, [
      { role: 'Cluster Account Viewer', project: blue.project },
      { role: 'Cluster Profile Viewer', project: blue.project },
    ])
    await giveTagged(admin, `users/${user.uid}`, { roles: [maker], projects: [blue.project], filters: [teamBlue] })
    const inProject = scoped(user.call, blue.project)
    expect(await codeOf(inProject, create, cluster('four', { team: 'red' }))).toBe('Forbidden')
    const four = await made(inProject, create, cluster('four', { team: 'blue' }))
    expect((await user.call(`GET /v1/spectroclusters/${four}`)).status).toBe(200)
    await succeed(admin, `DELETE /v1/spectroclusters/${four}`)
  })
})

describe('tags', () => {
  const retag = (call: Caller, labels: Record<string, string>, uid = blue.cluster) =>
    codeOf(call, `PATCH /v1/spectroclusters/${uid}/metadata`, { metadata: { name: 'one', labels } })

  test('move a cluster into sight and out of it at the next request', async () => {
    const { call, inProject } = await member()
    expect(await retag(admin, { team: 'red' })).toBeUndefined()
    expect((await call(`GET /v1/spectroclusters/${blue.cluster}`)).status).toBe(404)
    expect(await search(inProject)).toEqual({ names: [], count: 0 })
    expect(await retag(admin, { team: 'blue' })).toBeUndefined()
    expect(await search(inProject)).toEqual({ names: ['one'], count: 1 })
  })

  test('are not changed by whoever holds a cluster by tags alone, for others see by them', async () => {
    const editor = await member('Resource Cluster Admin')
    expect(await retag(editor.call, { team: 'blue', more: 'x' })).toBe('Forbidden')
    // Sent as they are, by clients that send all there is.
    expect(await retag(editor.call, { team: 'blue' })).toBeUndefined()
  })

  test('give nobody more on an object than they had', async () => {
    const editor = await api.newUser(blue.tenant, [{ role: 'Cluster Editor', project: blue.project }])
    const gone = await newFilter(admin, 'gone', { key: 'gone' })
    await giveTagged(admin, `users/${editor.uid}`, {
      roles: ['Resource Cluster Admin'],
      projects: [blue.project],
      filters: [gone],
    })
    const refused = await editor.call(`PATCH /v1/spectroclusters/${blue.cluster}/metadata`, {
      body: { metadata: { name: 'one', labels: { team: 'blue', gone: 'yes' } } },
    })
    expect([refused.body.code, refused.body.details.field]).toEqual(['Forbidden', 'metadata.labels'])
    expect(refused.body.details.permissions).toContain('cluster.delete')
    expect(await retag(editor.call, { team: 'blue', other: 'yes' })).toBeUndefined()
    expect(await retag(admin, { team: 'blue' })).toBeUndefined()
  })
})

test('a change of filter or role holds from the next request on', async () => {
  const filter = await newFilter(admin, 'changing', { key: 'team', values: ['blue'] })
  const role = {
    metadata: { name: 'Changing' },
    spec: { scope: 'resource', permissions: ['cluster.get', 'cluster.list'] },
  }
  const roleUid = await made(admin, 'POST /v1/roles', role)
  const { call } = await member(roleUid, [filter])
  expect((await search(call)).names).toEqual(['one'])
  await succeed(
    admin,
    `PUT /v1/filters/tag/${filter}`,
    filterBody('changing', [{ key: 'team', values: ['blue'], negation: true }]),
  )
  expect((await search(call)).names).toEqual(['two'])
  await succeed(admin, `PUT /v1/roles/${roleUid}`, { ...role, status: { isEnabled: false } })
  expect((await call(`GET /v1/spectroclusters/${red}`)).status).toBe(403)
})

test('conditions join by `or` and by `and`, and one filter of several is enough', async () => {
  const either = await made(
    admin,
    'POST /v1/filters/tag',
    filterBody(
      'either',
      [
        { key: 'team', values: ['red'] },
        { key: 'team', values: ['blue'] },
      ],
      'or',
    ),
  )
  const both = await made(
    admin,
    'POST /v1/filters/tag',
    filterBody('both', [
      { key: 'team', values: ['red'] },
      { key: 'team', values: ['blue'] },
    ]),
  )
  const teamRed = await newFilter(admin, 'team-red', { key: 'team', values: ['red'] })
  const count = async (filters: string[]) =>
    (await search((await member('Resource Cluster Viewer', filters)).inProject)).count
  expect(await count([either])).toBe(2)
  expect(await count([both])).toBe(0)
  expect(await count([teamBlue, teamRed])).toBe(2)
})

test('what is looked for among visible clusters is counted and paged among them', async () => {
  const { inProject } = await member('Resource Cluster Viewer', [teamBlue])
  const named = (value: string) => ({
    filterGroups: [
      {
        filters: [
          {
            property: 'clusterName',
            type: 'string',
            condition: { string: { operator: 'eq', match: { values: [value] } } },
          },
        ],
      },
    ],
  })
  expect((await search(inProject, named('two'))).count).toBe(0)
  expect((await search(inProject, named('one'))).count).toBe(1)
  const page = await inProject('POST /v1/dashboard/spectroclusters/search', { query: { limit: '1' }, body: {} })
  expect(page.body.listmeta).toMatchObject({ count: 1, continue: '' })
})

test('every built-in resource role may be given by a tenant administrator', async () => {
  const { uid } = await api.newUser(blue.tenant, [])
  for (const { uid: role } of builtInRoles.filter(({ scope }) => scope === 'resource'))
    await giveTagged(admin, `users/${uid}`, { roles: [role], projects: [blue.project], filters: [teamBlue] })
  const held = (await admin(`GET /v1/users/${uid}/resourceRoles`)).body.resourceRoles
  expect(held.map((one: { roles: { uid: string }[] }) => one.roles[0]?.uid)).toHaveLength(6)
  expect(held[0].filterRefs).toEqual([{ uid: teamBlue }])
  expect(uidOf('Resource Cluster Admin')).toMatch(/^0{20}/)
})
