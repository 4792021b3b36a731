import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer, Caller, TestApi } from './support/api.ts'
import { clusterBody, type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'

let api: TestApi
let other: Awaited<ReturnType<TestApi['another']>>
let made: MadeCluster
beforeAll(async () => {
  api = await openClusterApi()
  other = await api.another()
  made = await newCluster(api)
})
afterAll(() => api.close())

const search = 'POST /v1/dashboard/spectroclusters/search'
const tagged = (tag: string): object => ({
  filter: {
    conjunction: 'and',
    filterGroups: [
      {
        conjunction: 'and',
        filters: [
          { property: 'tags', type: 'string', condition: { string: { operator: 'eq', match: { values: [tag] } } } },
        ],
      },
    ],
  },
})
const uidsOf = ({ body }: Answer): string[] =>
  body.items.map(({ metadata }: { metadata: { uid: string } }) => metadata.uid)

/** A page, as each of both servers answers it to whoever holds the key. */
const onBoth = async (apiKey: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer[]> => {
  const callers: Caller[] = [api.as({ ApiKey: apiKey, ...headers }), other.as({ ApiKey: apiKey, ...headers })]
  return Promise.all(callers.map((call) => call(search, { body })))
}
const viewer = (project: string) => api.newUser(made.tenant, [{ role: 'Project Viewer', project }])

test('a page shows what was committed before it was asked for, whichever server wrote it and whichever is asked', async () => {
  const { apiKey } = await viewer(made.project)
  const shown = async (tag: string): Promise<string[][]> => (await onBoth(apiKey, tagged(tag))).map(uidsOf)
  expect(await shown('team:blue')).toEqual([[made.cluster], [made.cluster]])
  const relabelled = await made.call(`PATCH /v1/spectroclusters/${made.cluster}/metadata`, {
    body: { metadata: { name: 'one', labels: { team: 'red' } } },
  })
  expect(relabelled.status, relabelled.text).toBe(204)
  expect(await shown('team:blue')).toEqual([[], []])
  expect(await shown('team:red')).toEqual([[made.cluster], [made.cluster]])

  const status = { health: { state: 'Healthy' as const, message: 'fine' } }
  await other.context.store.transaction(made.tenant, operatorActor, (tx) =>
    tx.updateStatus('Cluster', made.cluster, { status }),
  )
  const healths = (await onBoth(apiKey)).map(({ body }) => body.items[0].status.health.state)
  expect(healths).toEqual(['Healthy', 'Healthy'])

  const body = { ...clusterBody(made.account, [made.infra]), metadata: { name: 'two', labels: { team: 'red' } } }
  const second = (await made.call('POST /v1/spectroclusters/cloudTypes/local', { body })).body.uid
  expect(await shown('team:red')).toEqual([
    [made.cluster, second],
    [made.cluster, second],
  ])
  await other.context.store.transaction(made.tenant, operatorActor, (tx) => tx.delete('Cluster', second))
  expect(await shown('team:red')).toEqual([[made.cluster], [made.cluster]])
})

test('a role that is taken away, or given, counts for the next page on every server', async () => {
  const { uid, apiKey } = await viewer(made.project)
  const scope = { tenant: made.tenant, actor: operatorActor }
  const bindings = await api.context.identity.roleBindings(made.tenant, uid)
  const roleUids = bindings.map(({ roleUid }) => roleUid)
  const statuses = async (): Promise<number[]> => (await onBoth(apiKey)).map(({ status }) => status)
  expect((await onBoth(apiKey)).map(uidsOf)).toEqual([[made.cluster], [made.cluster]])
  await api.context.identity.setRoleBindings(scope, uid, [{ project: made.project, roleUids: [] }])
  expect(await statuses()).toEqual([403, 403])
  const elsewhere = await made.call('POST /v1/projects', { body: { metadata: { name: 'elsewhere' }, spec: {} } })
  await other.context.identity.setRoleBindings(scope, uid, [{ project: elsewhere.body.uid, roleUids }])
  expect((await onBoth(apiKey)).map(uidsOf)).toEqual([[], []])
  await other.context.identity.setRoleBindings(scope, uid, [{ project: made.project, roleUids }])
  expect((await onBoth(apiKey)).map(uidsOf)).toEqual([[made.cluster], [made.cluster]])
})

const byName = { sort: [{ field: 'clusterName', order: 'asc' }] }

test('callers see their own part of the same rows, filter and order', async () => {
  const project = (await made.call('POST /v1/projects', { body: { metadata: { name: 'aside' }, spec: {} } })).body.uid
  const [inside, aside] = [await viewer(made.project), await viewer(project)]
  for (const body of [{}, byName, {}, byName]) {
    const seen = await Promise.all([inside, aside].map(({ apiKey }) => onBoth(apiKey, body)))
    expect(seen.map((answers) => answers.map(({ body: { items } }) => items.length))).toEqual([
      [1, 1],
      [0, 0],
    ])
  }
})

test('a key that is revoked while it is used much opens nothing from then on, on every server', async () => {
  const { uid, apiKey } = await viewer(made.project)
  const [key] = await api.context.identity.listApiKeys(made.tenant, uid)
  const callers = [api, other].map((server) => server.as({ ApiKey: apiKey }))
  let isRevoked = false
  const lateAnswers: number[] = []
  const ask = async (call: Caller): Promise<void> => {
    for (let more = 3; more > 0; ) {
      const wasRevoked = isRevoked
      const { status } = await call(search, { body: {} })
      if (!wasRevoked) continue
      lateAnswers.push(status)
      more -= 1
    }
  }
  const asking = callers.flatMap((call) => Array.from({ length: 4 }, () => ask(call)))
  expect((await callers[0]?.(search, { body: {} }))?.status).toBe(200)
  await api.context.identity.updateApiKey({ tenant: made.tenant, actor: operatorActor }, key?.uid ?? '', {
    isActive: false,
  })
  isRevoked = true
  await Promise.all(asking)
  expect(new Set(lateAnswers)).toEqual(new Set([401]))
})
