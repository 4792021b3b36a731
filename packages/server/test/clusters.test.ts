import { Secret } from '@atrium/runtime/base/secret.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { clusterBody, controlPlane, newCluster, newProfile, openClusterApi, workers } from './support/clusters.ts'

let api: TestApi
beforeAll(async () => {
  api = await openClusterApi()
})
afterAll(() => api.close())

describe('a cluster on a custom cloud', () => {
  test('is readable at once, in the shape clients dereference', async () => {
    const { call, cluster, infra, addon, project } = await newCluster(api)
    const { body } = await call(`GET /v1/spectroclusters/${cluster}`)
    expect(body.metadata).toMatchObject({
      name: 'one',
      labels: { team: 'blue' },
      annotations: { scope: 'project', projectUid: project },
    })
    expect(body.spec.cloudType).toBe('local')
    expect(body.spec.clusterConfig.updateWorkerPoolsInParallel).toBe(true)
    expect(body.spec.clusterProfileTemplates.map((one: { uid: string }) => one.uid)).toEqual([infra, addon])
    expect(body.status).toMatchObject({ state: 'Pending', spcApply: { canBeApplied: true } })
    const overview = await call(`GET /v1/dashboard/spectroclusters/${cluster}/overview`)
    expect(overview.body.status).toMatchObject({ state: 'Pending', health: { state: 'Unknown' } })
    expect((await call(`GET /v1/dashboard/spectroclusters/${cluster}`)).body).toEqual(overview.body)
  })

  test('has pools that keep the text byte for byte, named and sized by it', async () => {
    const { call, config } = await newCluster(api)
    const path = `/v1/cloudconfigs/cloudTypes/local/${config}`
    const pools = async () => (await call(`GET ${path}`)).body.spec.machinePoolConfig
    expect(await pools()).toMatchObject([
      { name: 'cp', size: 1, isControlPlane: true, values: controlPlane },
      { name: 'workers', size: 2, isControlPlane: false, values: workers(2) },
    ])
    const body = { cloudConfig: { values: workers(3) }, poolConfig: { isControlPlane: false } }
    expect((await call(`PUT ${path}/machinePools/workers`, { body })).status).toBe(204)
    const more = { cloudConfig: { values: workers(1, 'gpu') }, poolConfig: { isControlPlane: false } }
    expect((await call(`POST ${path}/machinePools`, { body: more })).status).toBe(201)
    expect((await pools()).map((pool: { name: string; size: number }) => [pool.name, pool.size])).toEqual([
      ['cp', 1],
      ['workers', 3],
      ['gpu', 1],
    ])
    expect((await call(`DELETE ${path}/machinePools/gpu`)).status).toBe(204)
    const last = await call(`DELETE ${path}/machinePools/cp`)
    expect([last.status, last.body.message]).toEqual([400, expect.stringContaining('exactly one control-plane pool')])
    const renamed = await call(`PUT ${path}/machinePools/workers`, { body: more })
    expect(renamed.body.message).toContain('cannot be renamed')
  })

  test('refuses pools by their fields, and more of them than it could be made with', async () => {
    const { call, config, tenant, cluster } = await newCluster(api)
    const path = `/v1/cloudconfigs/cloudTypes/local/${config}/machinePools`
    const post = (body: object) => call(`POST ${path}`, { body })
    const fieldOf = async (body: object) => (await post(body)).body.details?.field
    expect(await fieldOf({ cloudConfig: { values: 'kind: Nothing' } })).toBe('cloudConfig.values')
    const other = { cloudConfig: { values: workers(1) }, poolConfig: { isControlPlane: true } }
    expect(await fieldOf(other)).toBe('poolConfig.isControlPlane')
    const actor = { type: 'system', uid: 'test', name: 'test' } as const
    await api.context.store.transaction(tenant, actor, async (tx) => {
      const stored = await tx.get('Cluster', cluster)
      if (!stored) throw new Error('no cluster')
      const [first, ...others] = stored.spec.machinePools
      if (!first) throw new Error('no pool')
      const many = Array.from({ length: 198 }, (_, index) => ({ ...others[0], name: `pool-${index}` })) as typeof others
      await tx.update('Cluster', cluster, { spec: { ...stored.spec, machinePools: [first, ...others, ...many] } })
    })
    expect(await fieldOf({ cloudConfig: { values: workers(1, 'one-more') } })).toBe('machinePools')
  })

  test('gives back what this contract does not know, on the same path, and takes no secrets with it', async () => {
    const { call, account, infra } = await newCluster(api)
    const [sent, kept] = [{ novel: { mode: 'fast', password: 'x' }, accessToken: 'x' }, { novel: { mode: 'fast' } }]
    const pool = { cloudConfig: { values: controlPlane, disk: sent }, poolConfig: { isControlPlane: true, minSize: 1 } }
    const beside = { overrideClusterApiConfig: 'kind: X', overrideHealthCheckConfiguration: { a: 1 }, newer: sent }
    const created = await call('POST /v1/spectroclusters/cloudTypes/local', {
      body: {
        metadata: { name: 'novel', owner: sent },
        spec: {
          cloudAccountUid: account,
          cloudConfig: { values: '', overrideClusterApiConfig: 'kind: Y', network: sent },
          clusterConfig: { timezone: 'UTC', window: sent },
          machinepoolconfig: [{ ...pool, ...beside }],
          profiles: [{ uid: infra }],
          flavour: sent,
        },
        hint: sent,
      },
    })
    expect(created.status, created.text).toBe(201)
    const { body, text } = await call(`GET /v1/spectroclusters/${created.body.uid}`)
    expect(body).toMatchObject({ hint: kept, metadata: { owner: kept }, spec: { flavour: kept } })
    expect(body.spec.clusterConfig).toMatchObject({ timezone: 'UTC', window: kept })
    expect(body.spec.cloudConfig).toBeUndefined()

    const path = `/v1/cloudconfigs/cloudTypes/local/${body.spec.cloudConfigRef.uid}`
    const first = await call(`GET ${path}`)
    expect(first.body.spec.clusterConfig).toEqual({ values: '', overrideClusterApiConfig: 'kind: Y', network: kept })
    const flat = { values: controlPlane, minSize: 1, disk: kept, ...beside, newer: kept }
    expect(first.body.spec.machinePoolConfig).toEqual([
      { name: 'cp', size: 1, isControlPlane: true, useControlPlaneAsWorker: false, ...flat },
    ])
    expect(text + first.text).not.toMatch(/password|accessToken/)

    const clusterConfig = { values: 'kind: Z', network: sent }
    const changed = { body: { clusterConfig, overrideClusterApiConfig: 'kind: V' } }
    expect((await call(`PUT ${path}/clusterConfig`, changed)).status).toBe(204)
    const more = { cloudConfig: { values: workers(1), disk: sent }, poolConfig: {}, newer: sent }
    expect((await call(`POST ${path}/machinePools`, { body: more })).status).toBe(201)
    const second = (await call(`GET ${path}`)).body.spec
    expect(second.clusterConfig).toEqual({ values: 'kind: Z', network: kept, overrideClusterApiConfig: 'kind: V' })
    expect(second.machinePoolConfig[1]).toMatchObject({ disk: kept, newer: kept })
    const { tenantUid } = (await call('GET /v1/users/info')).body
    const stored = await api.context.store.transaction(tenantUid, operatorActor, (tx) =>
      tx.get('Cluster', created.body.uid),
    )
    expect(JSON.stringify(stored)).not.toMatch(/password|accessToken/)
  })

  test('changes profiles by addition and replacement, and keeps what is not mentioned', async () => {
    const { call, cluster, infra, addon } = await newCluster(api)
    const attached = async () =>
      (await call(`GET /v1/spectroclusters/${cluster}`)).body.spec.clusterProfileTemplates.map(
        (one: { name: string; profileVersion: string }) => `${one.name}@${one.profileVersion}`,
      )
    const next = await newProfile(call, 'web', 'add-on', '2.0.0')
    const patch = (profiles: object[]) => call(`PATCH /v1/spectroclusters/${cluster}/profiles`, { body: { profiles } })
    expect((await patch([{ uid: next, replaceWithProfile: addon }])).status).toBe(204)
    expect(await attached()).toEqual(['infra@1.0.0', 'web@2.0.0'])
    const remove = (profileUids: string[]) =>
      call(`DELETE /v1/spectroclusters/${cluster}/profiles`, { body: { profileUids } })
    expect((await remove([next])).status).toBe(204)
    expect(await attached()).toEqual(['infra@1.0.0'])
    expect((await remove([infra])).status).toBe(400)
  })

  test('answers variables given for it only, and refuses unknown ones', async () => {
    const { call, cluster, addon } = await newCluster(api)
    const path = `/v1/spectroclusters/${cluster}/variables`
    const given = async () => {
      const answer = await call(`GET ${path}`)
      const profile = answer.body.find((one: { profileUid: string }) => one.profileUid === addon)
      return profile.variables.map((one: { name: string; value?: string }) => [one.name, one.value])
    }
    expect(await given()).toEqual([['replicas', undefined]])
    const set = (variables: object[]) => call(`PATCH ${path}`, { body: [{ profileUid: addon, variables }] })
    expect((await set([{ name: 'replicas', value: '3' }])).status).toBe(204)
    expect(await given()).toEqual([['replicas', '3']])
    expect((await set([{ name: 'nope', value: '3' }])).body.message).toContain("no variable 'nope'")
  })

  test('is found by name as clients look it up, and not as a virtual one', async () => {
    const { call, cluster } = await newCluster(api)
    const filters = (name: string, negation: boolean) => [
      {
        property: 'environment',
        type: 'string',
        condition: { string: { operator: 'eq', negation, match: { values: ['nested'] } } },
      },
      { property: 'isDeleted', type: 'bool', condition: { bool: {} } },
      { property: 'clusterName', type: 'string', condition: { string: { operator: 'eq', match: { values: [name] } } } },
    ]
    const search = async (name: string, negation: boolean) => {
      const filter = { conjunction: 'and', filterGroups: [{ conjunction: 'and', filters: filters(name, negation) }] }
      const answer = await call('POST /v1/dashboard/spectroclusters/search', { body: { filter } })
      expect(answer.body.listmeta.continue).toBe('')
      return answer.body.items.map((one: { metadata: { uid: string } }) => one.metadata.uid)
    }
    expect(await search('one', true)).toEqual([cluster])
    expect(await search('one', false)).toEqual([])
    expect(await search('two', true)).toEqual([])
  })

  test('is found by each property, page by page, in the order asked for', async () => {
    const { call, cluster, account, infra, addon } = await newCluster(api)
    const body = clusterBody(account, [infra]) as { metadata: object }
    const named = { ...body, metadata: { ...body.metadata, name: 'two', labels: {} } }
    const second = (await call('POST /v1/spectroclusters/cloudTypes/local', { body: named })).body.uid
    const search = async (filters: object[], query: Record<string, string> = {}) => {
      const filter = { conjunction: 'and', filterGroups: [{ conjunction: 'and', filters }] }
      const sort = [{ field: 'clusterName', order: 'desc' }]
      const answer = await call('POST /v1/dashboard/spectroclusters/search', { body: { filter, sort }, query })
      const uids = answer.body.items.map((one: { metadata: { uid: string } }) => one.metadata.uid)
      return { uids, listmeta: answer.body.listmeta }
    }
    const is = (property: string, ...values: string[]) => ({
      property,
      type: 'string',
      condition: { string: { operator: 'eq', match: { conjunction: 'or', values } } },
    })
    expect((await search([])).uids).toEqual([second, cluster])
    const first = await search([], { limit: '1' })
    expect(first).toMatchObject({ uids: [second], listmeta: { count: 2 } })
    expect((await search([], { limit: '1', continue: first.listmeta.continue })).uids).toEqual([cluster])
    expect((await search([is('clusterProfileUid', addon)])).uids).toEqual([cluster])
    expect((await search([is('clusterProfileName', 'infra')])).uids).toEqual([second, cluster])
    expect((await search([is('tags', 'team:blue'), is('cloudAccountUid', account)])).uids).toEqual([cluster])
    expect((await search([is('clusterState', 'Pending'), is('cloudType', 'local')])).uids).toEqual([second, cluster])
    expect((await search([is('environment', 'elsewhere')])).uids).toEqual([])
  })

  test('has no kubeconfig, backup or scan yet, each said by the code clients expect', async () => {
    const { call, cluster } = await newCluster(api)
    const kubeconfig = `GET /v1/spectroclusters/${cluster}/assets/adminKubeconfig`
    expect(await call(kubeconfig)).toMatchObject({ status: 404, body: { code: 'ResourceNotFound' } })
    const backup = await call(`GET /v1/spectroclusters/${cluster}/features/backup`)
    expect(backup.body.code).toBe('BackupNotConfigured')
    expect((await call(`GET /v1/spectroclusters/${cluster}/features/complianceScan`)).status).toBe(404)
    expect((await call(`GET /v1/spectroclusters/${cluster}/config/rbacs`)).body).toEqual({ items: [] })
  })

  test('gives its kubeconfig to whoever may change it, and not to a viewer', async () => {
    const { call, cluster, project } = await newCluster(api)
    const { body } = await call('GET /v1/users/info')
    const actor = { type: 'system', uid: 'test', name: 'test' } as const
    await api.context.store.transaction(body.tenantUid, actor, (tx) =>
      tx.putSecret({ kind: 'Cluster', uid: cluster }, 'kubeconfig', new Secret('kind: Config\n')),
    )
    const route = `GET /v1/spectroclusters/${cluster}/assets/adminKubeconfig`
    const answer = await call(route)
    expect([answer.text, answer.headers['content-type']]).toEqual(['kind: Config\n', 'application/octet-stream'])
    const viewer = await api.newUser(body.tenantUid, [{ role: 'Project Viewer', project }])
    expect((await viewer.call(`GET /v1/spectroclusters/${cluster}`)).status).toBe(200)
    expect((await viewer.call(route)).status).toBe(403)
  })

  test('refuses wrong input by field and creates nothing', async () => {
    const { call, account, infra, addon } = await newCluster(api)
    const create = (body: object) => call('POST /v1/spectroclusters/cloudTypes/local', { body })
    const wrong: [object, string][] = [
      [clusterBody('aaaaaaaaaaaaaaaaaaaaaaaa', [infra]), 'spec.cloudAccountUid'],
      [clusterBody(account, [addon]), 'spec.profiles'],
      [clusterBody(account, [infra, 'bbbbbbbbbbbbbbbbbbbbbbbb']), 'spec.profiles[1].uid'],
      [clusterBody(account, [infra], [workers(1), workers(1)]), 'spec.machinepoolconfig'],
      [clusterBody(account, [infra], ['kind: [']), 'spec.machinepoolconfig[1]'],
    ]
    for (const [body, field] of wrong) {
      const answer = await create(body)
      expect([answer.status, answer.body.message], field).toEqual([400, expect.stringContaining(field)])
    }
    expect((await create(clusterBody(account, [infra]))).body.code).toBe('DuplicateName')
  })

  test('has a policy of its own for single layers, before what their profiles say', async () => {
    const { call, cluster, addon } = await newCluster(api)
    const path = `/atrium/v1/clusters/${cluster}/policy`
    const ofAddon = async () => {
      const { effective } = (await call(`GET ${path}`)).body as { effective: { layer: string }[] }
      return effective.find(({ layer }) => layer === 'web/web-layer')
    }
    const set = async (layers?: object) =>
      (await call(`PUT ${path}`, { body: { drift: 'heal', nodes: 'heal', ...(layers && { layers }) } })).body
    expect(await ofAddon()).toEqual({ layer: 'web/web-layer', drift: 'heal', setBy: 'cluster' })

    const values = { name: 'web-layer', values: 'pack: { drift: "{{.spectro.var.replicas}}" }' }
    const profiles = [{ uid: addon, packValues: [values], variables: [{ name: 'replicas', value: 'alert' }] }]
    const attached = await call(`PATCH /v1/spectroclusters/${cluster}/profiles`, { body: { profiles } })
    expect(attached.status, attached.text).toBe(204)
    expect(await ofAddon()).toEqual({ layer: 'web/web-layer', drift: 'alert', setBy: 'layer' })

    await set({ 'web/web-layer': 'heal' })
    expect(await ofAddon()).toEqual({ layer: 'web/web-layer', drift: 'heal', setBy: 'clusterLayer' })
    await set()
    expect(await ofAddon(), 'what is left out stays').toMatchObject({ setBy: 'clusterLayer' })
    for (const layers of [{ 'web/none': 'heal' }, { 'web/web-layer': 'off' }])
      expect(await set(layers)).toMatchObject({ code: expect.stringMatching(/^Invalid/) })
    await set({})
    expect(await ofAddon()).toMatchObject({ drift: 'alert', setBy: 'layer' })
  })

  test('starts with the policy for nodes that project or tenant set, and counts against the limit', async () => {
    const { call, account, infra, project } = await newCluster(api)
    const { tenantUid } = (await call('GET /v1/users/info')).body
    const setting = 'preferences/clusterSettings/nodesAutoRemediationSetting'
    const policyOf = async (name: string) => {
      const body = { ...clusterBody(account, [infra]), metadata: { name } }
      const made = await call('POST /v1/spectroclusters/cloudTypes/local', { body })
      return made.status === 201 ? (await call(`GET /atrium/v1/clusters/${made.body.uid}/policy`)).body : made.body
    }
    await call(`PUT /v1/tenants/${tenantUid}/${setting}`, { body: { disableNodesAutoRemediation: true } })
    expect(await policyOf('two')).toMatchObject({ drift: 'heal', nodes: 'alert' })
    await call(`PUT /v1/projects/${project}/${setting}`, { body: { isEnabled: true } })
    expect(await policyOf('three')).toMatchObject({ drift: 'heal', nodes: 'heal' })
    await call(`PATCH /v1/tenants/${tenantUid}/resourceLimits`, {
      body: { resources: [{ kind: 'spectrocluster', limit: 3 }] },
    })
    const details = { kind: 'spectrocluster', limit: 3 }
    expect(await policyOf('four')).toMatchObject({ code: 'ResourceLimitReached', details })
  })

  test('tells whether profiles would replace its machines: another version of Kubernetes does', async () => {
    const { call, cluster, infra, addon } = await newCluster(api)
    const validate = (uid: string) =>
      call(`POST /v1/spectroclusters/${cluster}/validate/repave`, { body: { profiles: [{ uid }] } })
    for (const same of [infra, addon]) {
      expect((await validate(same)).body).toEqual({ isRepaveRequired: false, reasons: [] })
    }
    const newer = await newProfile(call, 'infra', 'infra', '1.1.0')
    const { status, body } = await validate(newer)
    expect([status, body.isRepaveRequired]).toEqual([200, true])
    expect(body.reasons).toMatchObject([{ message: expect.stringContaining('1.0.0 becomes 1.1.0') }])
    expect((await call(`GET /v1/spectroclusters/${cluster}`)).body.spec.clusterProfileTemplates[0].uid).toBe(infra)
  })

  test('shows as deleting from the request on; what it uses cannot go before it', async () => {
    const { call, cluster, account, addon } = await newCluster(api)
    for (const path of [`/v1/cloudaccounts/cloudTypes/local/${account}`, `/v1/clusterprofiles/${addon}`]) {
      expect((await call(`DELETE ${path}`)).body, path).toMatchObject({ code: 'ResourceInUse' })
    }
    const actor = { type: 'system', uid: 'test', name: 'test' } as const
    const { tenantUid } = (await call('GET /v1/users/info')).body
    await api.context.store.transaction(tenantUid, actor, (tx) => tx.addFinalizer('Cluster', cluster, 'test/held'))
    expect((await call(`DELETE /v1/spectroclusters/${cluster}`)).status).toBe(204)
    expect((await call(`GET /v1/spectroclusters/${cluster}`)).body.status.state).toBe('Deleting')
    const late = await call(`PATCH /v1/spectroclusters/${cluster}/profiles`, { body: { profiles: [{ uid: addon }] } })
    expect(late.body.code).toBe('InvalidState')
  })
})

describe('a custom cloud account', () => {
  test('never gives its credentials back, and says its kind', async () => {
    const { call, account } = await newCluster(api)
    const answer = await call(`GET /v1/cloudaccounts/cloudTypes/local/${account}`)
    expect(answer.body).toMatchObject({
      kind: 'local',
      spec: { credentials: {} },
      metadata: { annotations: { overlordUid: '' } },
    })
    expect(answer.text).not.toContain('hush')
    const list = await call('GET /v1/cloudaccounts/cloudTypes/local?limit=0')
    expect(list.body.items).toHaveLength(1)
    const types = await call('GET /v1/clouds/cloudTypes')
    expect(types.body.cloudTypes).toMatchObject([{ name: 'local', isCustom: true }])
  })

  test('gives unknown properties back, but none from beside its credentials', async () => {
    const { call } = await newCluster(api)
    const body = {
      metadata: { name: 'novel', owner: { team: 'blue' } },
      spec: { credentials: { TOKEN: 'hush' }, region: 'north' },
      hint: 1,
    }
    const { uid } = (await call('POST /v1/cloudaccounts/cloudTypes/local', { body })).body
    const path = `/v1/cloudaccounts/cloudTypes/local/${uid}`
    const read = (await call(`GET ${path}`)).body
    expect(read).toMatchObject({ hint: 1, metadata: { owner: { team: 'blue' } } })
    expect(read.spec).toEqual({ credentials: {} })
    expect((await call(`PUT ${path}`, { body: { ...body, hint: 2 } })).status).toBe(204)
    expect((await call(`GET ${path}`)).body.hint).toBe(2)
  })

  test('keeps its name when an update leaves that out', async () => {
    const { call, account } = await newCluster(api)
    const path = `/v1/cloudaccounts/cloudTypes/local/${account}`
    expect((await call(`PUT ${path}`, { body: { spec: { credentials: { TOKEN: 'x' } } } })).status).toBe(204)
    expect((await call(`GET ${path}`)).body.metadata.name).toBe('mine')
  })

  test('forgets credentials that an update leaves out', async () => {
    const { call, tenant, account } = await newCluster(api)
    const put = (credentials: object) =>
      call(`PUT /v1/cloudaccounts/cloudTypes/local/${account}`, {
        body: { metadata: { name: 'mine' }, spec: { credentials } },
      })
    const stored = (name: string) =>
      api.context.store.transaction(tenant, { type: 'system', uid: 'test', name: 'test' }, async (tx) =>
        (await tx.getSecret({ kind: 'CloudAccount', uid: account }, `credentials.${name}`))?.reveal(),
      )
    expect(await stored('TOKEN')).toBe('hush')
    expect((await put({ OTHER: 'new' })).status).toBe(204)
    expect([await stored('TOKEN'), await stored('OTHER')]).toEqual([undefined, 'new'])
  })

  test('is looked up in its cloud only for those who may change it', async () => {
    const { call, tenant, account, project } = await newCluster(api)
    const provider = api.context.providers.get('local')
    if (!provider) throw new Error('no provider')
    const asked: string[] = []
    const { validateAccount } = provider
    provider.validateAccount = async (given) => {
      asked.push(given.uid)
      return validateAccount(given)
    }
    try {
      const viewer = await api.newUser(tenant, [{ role: 'Project Viewer', project }])
      const foreign = await api.newTenant()
      const body = { metadata: { name: 'mine' }, spec: { credentials: { TOKEN: 'x' } } }
      const put = (by: Caller) => by(`PUT /v1/cloudaccounts/cloudTypes/local/${account}`, { body })
      expect((await put(viewer.call)).status).toBe(403)
      expect((await put(foreign.call)).status).toBe(404)
      expect(asked).toEqual([])
      expect((await put(call)).status).toBe(204)
      expect(asked).toEqual([account])
    } finally {
      provider.validateAccount = validateAccount
    }
  })

  test('that is in use names the users one may see, and counts the others', async () => {
    const { call, tenant, account, project } = await newCluster(api)
    const role = await call('POST /v1/roles', {
      body: {
        metadata: { name: 'Accounts' },
        spec: { scope: 'project', permissions: ['cloudaccount.get', 'cloudaccount.delete'] },
      },
    })
    const keeper = await api.newUser(tenant, [])
    await call(`PUT /v1/users/${keeper.uid}/projects`, {
      body: { projects: [{ projectUid: project, roles: [role.body.uid] }] },
    })
    const route = `DELETE /v1/cloudaccounts/cloudTypes/local/${account}`
    const hidden = await keeper.call(route)
    expect([hidden.status, hidden.body.details]).toEqual([409, { usedBy: [], hidden: 1 }])
    expect(hidden.body.message).not.toContain('one')
    expect((await call(route)).body.details.usedBy).toMatchObject([{ kind: 'Cluster', name: 'one', project }])
  })

  test('of the tenant is listed in every project too, one of a project only there', async () => {
    const tenant = await api.newTenant()
    const scope = { ProjectUid: tenant.project.uid }
    const create = async (headers: Record<string, string>) => {
      const body = { metadata: { name: 'same' }, spec: { credentials: {} } }
      return (await tenant.call('POST /v1/cloudaccounts/cloudTypes/local', { body, headers })).body.uid
    }
    const shared = await create({})
    const own = await create(scope)
    for (const route of ['GET /v1/cloudaccounts/cloudTypes/local?limit=0', 'GET /v1/cloudaccounts/summary']) {
      const listed = async (headers: Record<string, string>) =>
        (await tenant.call(route, { headers })).body.items.map((one: { metadata: { uid: string } }) => one.metadata.uid)
      expect(new Set(await listed(scope)), route).toEqual(new Set([own, shared]))
      expect(await listed({}), route).toEqual([shared])
    }
  })
})
