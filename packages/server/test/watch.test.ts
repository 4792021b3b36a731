import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { newCluster } from '@atrium/runtime/store/suite/harness.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'
import { giveTagged, newFilter } from './support/roles.ts'

let api: TestApi
let url: string
beforeAll(async () => {
  api = await openTestApi()
  url = await api.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => api.close())

interface Change {
  kind: string
  uid: string
  type: string
  position: number
}

/** Frames of one stream, until `enough` says so or the server ends it. */
async function follow(
  headers: Record<string, string>,
  path: string,
  enough: (seen: Change[]) => boolean,
  connected?: () => void,
) {
  const aborter = new AbortController()
  const response = await fetch(`${url}/atrium/v1/watch${path}`, { headers, signal: aborter.signal })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const changes: Change[] = []
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (connected && text.startsWith(': connected')) {
      connected()
      connected = undefined
    }
    changes.length = 0
    for (const frame of text.split('\n\n').slice(0, -1)) {
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      if (data && !frame.startsWith('event: error')) changes.push(JSON.parse(data) as Change)
    }
    if (enough(changes)) break
  }
  aborter.abort()
  return { changes, text }
}

const create = async (call: (route: string, call?: object) => Promise<{ body: { uid: string } }>, name: string) =>
  (await call('POST /v1/projects', { body: { metadata: { name } } })).body.uid

test('changes arrive in order, and a stream resumes after the last one seen', async () => {
  const tenant = await api.newTenant()
  const headers = { ApiKey: tenant.apiKey.reveal() }
  const since = await api.context.store.position()
  const one = await create(tenant.call, 'one')
  const two = await create(tenant.call, 'two')
  const first = await follow(headers, `?kinds=Project&since=${since}`, (seen) => seen.length >= 2)
  expect(first.changes.map(({ uid, type }) => [uid, type])).toEqual([
    [one, 'created'],
    [two, 'created'],
  ])
  const resumed = await follow(
    { ...headers, 'Last-Event-ID': String(first.changes[0]?.position) },
    '?kinds=Project',
    (seen) => seen.length >= 1,
  )
  expect(resumed.changes[0]?.uid).toBe(two)
})

test('nobody sees changes of another tenant, nor of a project they have no role in', async () => {
  const [ours, theirs] = [await api.newTenant(), await api.newTenant()]
  const member = await api.newUser(ours.tenant.uid, [{ role: 'Project Viewer', project: ours.project.uid }])
  const since = await api.context.store.position()
  const foreign = await create(theirs.call, 'theirs')
  const hidden = await create(ours.call, 'hidden')
  await ours.call(`PUT /v1/projects/${ours.project.uid}/meta`, { body: { name: 'Default', labels: { a: 'b' } } })
  const { changes } = await follow({ ApiKey: member.apiKey }, `?since=${since}`, (seen) =>
    seen.some(({ uid }) => uid === ours.project.uid),
  )
  const uids = changes.map(({ uid }) => uid)
  expect(uids).not.toContain(foreign)
  expect(uids).not.toContain(hidden)
})

test('a stream ends when its key is deleted', async () => {
  const tenant = await api.newTenant()
  const user = await api.newUser(tenant.tenant.uid, [{ role: 'Tenant Viewer' }])
  const keys = (await user.call('GET /v1/apiKeys')).body.items as {
    metadata: { uid: string }
    spec: { user: { uid: string } }
  }[]
  const own = keys.find(({ spec }) => spec.user.uid === user.uid)?.metadata.uid
  const { text } = await follow(
    { ApiKey: user.apiKey },
    '',
    () => false,
    () => {
      void tenant.call(`DELETE /v1/apiKeys/${own}`)
    },
  )
  expect(text).toContain('"code":"Unauthorized"')
})

test('positions and kinds that make no sense are refused before the stream starts', async () => {
  const { call } = await api.newTenant()
  expect((await call('GET /atrium/v1/watch', { query: { kinds: 'Nothing' } })).status).toBe(400)
  expect((await call('GET /atrium/v1/watch', { headers: { 'last-event-id': 'x' } })).status).toBe(400)
})

test('one user cannot hold more than fifty streams, and closing them makes room again', async () => {
  const { apiKey } = await api.newTenant()
  const headers = { ApiKey: apiKey.reveal() }
  const aborter = new AbortController()
  const open = (signal: AbortSignal) => fetch(`${url}/atrium/v1/watch`, { headers, signal })
  const streams = await Promise.all(Array.from({ length: 50 }, () => open(aborter.signal)))
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]))
  expect((await open(aborter.signal)).status).toBe(429)
  aborter.abort()
  await expect
    .poll(async () => {
      const one = new AbortController()
      const { status } = await open(one.signal)
      one.abort()
      return status
    })
    .toBe(200)
})

test('a client that leaves while it is being admitted takes no stream with it', async () => {
  const { apiKey } = await api.newTenant()
  const headers = { ApiKey: apiKey.reveal() }
  const { identity } = api.context
  const { subjectOfApiKey } = identity
  const leaveWhileAdmitted = async (): Promise<void> => {
    const aborter = new AbortController()
    const admitted = Promise.withResolvers<void>()
    const arrived = once(api.app.server, 'request') as Promise<[unknown, ServerResponse]>
    identity.subjectOfApiKey = async (key) => {
      const [, response] = await arrived
      const closed = once(response, 'close')
      aborter.abort()
      await closed
      const subject = await subjectOfApiKey(key)
      admitted.resolve()
      return subject
    }
    await expect(fetch(`${url}/atrium/v1/watch`, { headers, signal: aborter.signal })).rejects.toThrow('aborted')
    await admitted.promise
  }
  try {
    for (let left = 0; left < 50; left++) await leaveWhileAdmitted()
  } finally {
    identity.subjectOfApiKey = subjectOfApiKey
  }
  const aborter = new AbortController()
  const { status } = await fetch(`${url}/atrium/v1/watch`, { headers, signal: aborter.signal })
  aborter.abort()
  expect(status).toBe(200)
})

test('by tags: what they let through is told, and what leaves sight is told as deleted', async () => {
  const tenant = await api.newTenant()
  const { project, call } = tenant
  const filter = await newFilter(call, 'blue', { key: 'team', values: ['blue'] })
  const member = await api.newUser(tenant.tenant.uid, [])
  await giveTagged(call, `users/${member.uid}`, {
    roles: ['Resource Cluster Viewer'],
    projects: [project.uid],
    filters: [filter],
  })
  const since = await api.context.store.position()
  const { store } = api.context
  const inTx = <T>(work: (tx: Tx) => Promise<T>) =>
    store.transaction(tenant.tenant.uid, { type: 'system', uid: 's', name: 's' }, work)
  const add = (name: string, team: string) =>
    inTx((tx) => tx.create(newCluster(name, { project: project.uid, labels: { team } })))
  const retag = (uid: string, team: string) => inTx((tx) => tx.update('Cluster', uid, { labels: { team } }))
  const blue = (await add('blue', 'blue')).meta.uid
  const red = (await add('red', 'red')).meta.uid
  const events = follow({ ApiKey: member.apiKey }, `?since=${since}`, (seen) =>
    seen.some(({ type }) => type === 'deleted'),
  )
  // Each is told by the tags it has when it is told: so the change waits for the first.
  const first = await follow({ ApiKey: member.apiKey }, `?since=${since}`, (seen) => seen.length >= 1)
  expect(first.changes.map(({ uid, type }) => [uid, type])).toEqual([[blue, 'created']])
  await retag(red, 'blue')
  await retag(blue, 'red')
  const { changes } = await events
  expect(changes.filter(({ uid }) => uid === red).map(({ type }) => type)).toContain('updated')
  expect(changes.at(-1)).toMatchObject({ uid: blue, type: 'deleted' })
  const gone = follow({ ApiKey: member.apiKey }, `?since=${await store.position()}`, (seen) => seen.length >= 1)
  await inTx((tx) => tx.delete('Cluster', blue))
  await inTx((tx) => tx.delete('Cluster', red))
  // Of what was out of sight already nothing is told.
  expect((await gone).changes.map(({ uid, type }) => [uid, type])).toEqual([[red, 'deleted']])
})
