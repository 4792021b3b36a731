import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type Client, createClient } from './client.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const sleeps: number[] = []
const clock = { sleep: async (delayMs: number): Promise<void> => void sleeps.push(delayMs) }

async function clientOf(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  more: { timeoutMs?: number } = {},
): Promise<Client> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return createClient({
    url,
    credential: () => ({ apiKey: 'key' }),
    project: 'p1',
    clock,
    random: { fraction: () => 0.5 },
    ...more,
  })
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

test('fills the path, sends query, key and project, reads the answer', async () => {
  const seen: IncomingMessage[] = []
  const client = await clientOf((request, response) => {
    seen.push(request)
    json(response, 200, { metadata: { name: 'x' } })
  })
  const project = await client.call('GET /v1/projects/{uid}', { params: { uid: 'a/b' } })
  expect(project.metadata?.name).toBe('x')
  expect(seen[0]?.url).toBe('/v1/projects/a%2Fb')
  expect(seen[0]?.headers).toMatchObject({ apikey: 'key', projectuid: 'p1' })
  await client.call('GET /v1/users/info', { project: null })
  expect(seen[1]?.headers).not.toHaveProperty('projectuid')
})

test('an answer without a body is nothing, whatever its status', async () => {
  const client = await clientOf((_, response) => void response.writeHead(202, { 'content-length': '0' }).end())
  await expect(client.call('POST /v1/registries/pack/{uid}/sync', { params: { uid: 'r' } })).resolves.toBeUndefined()
})

test('an error of the server is an ApiError with its code', async () => {
  const client = await clientOf((_, response) =>
    json(response, 404, { code: 'ResourceNotFound', message: 'gone', ref: 'r1' }),
  )
  await expect(client.call('GET /v1/users/info')).rejects.toMatchObject({
    status: 404,
    code: 'ResourceNotFound',
    ref: 'r1',
  })
})

test('reads are repeated while the server is overloaded, creates are not', async () => {
  let count = 0
  const client = await clientOf((_, response) => {
    count += 1
    if (count % 3 === 0) json(response, 200, { orgName: 'o' })
    else json(response, 503, { code: 'InternalError', message: 'busy' })
  })
  expect((await client.call('GET /v1/users/info')).orgName).toBe('o')
  expect(count).toBe(3)
  await expect(client.call('POST /v1/projects', { body: {} })).rejects.toMatchObject({ status: 503 })
  expect(count).toBe(4)
})

test('a server that accepts a call and does not answer is named', async () => {
  const client = await clientOf(() => undefined, { timeoutMs: 50 })
  await expect(client.call('GET /v1/users/info')).rejects.toThrow(
    /^http:.*127\.0\.0\.1:\d+\/ did not answer within 0\.05 s/,
  )
  const half = await clientOf((_, response) => void response.writeHead(200).write('{"orgName":'), { timeoutMs: 50 })
  await expect(half.call('GET /v1/users/info')).rejects.toThrow(/did not answer/)
})

test('a server that is not there is named, after some tries', async () => {
  sleeps.length = 0
  const client = createClient({
    ...{ url: 'http://127.0.0.1:1', credential: () => null, clock, random: { fraction: () => 0.5 } },
  })
  await expect(client.call('GET /v1/users/info')).rejects.toThrow('http://127.0.0.1:1 cannot be reached: ')
  expect(sleeps).toHaveLength(4)
})

test('a list is read page by page', async () => {
  const client = await clientOf((request, response) => {
    const last = request.url?.includes('continue=two')
    json(response, 200, { items: [{ n: last ? 2 : 1 }], listmeta: { continue: last ? '' : 'two' } })
  })
  const items: unknown[] = []
  for await (const item of client.list('GET /v1/users')) items.push(item)
  expect(items).toEqual([{ n: 1 }, { n: 2 }])
})

test('a watch that breaks before its first change resumes from where it began, and from each position told since', async () => {
  const resumed: unknown[] = []
  const client = await clientOf((request, response) => {
    resumed.push(request.headers['last-event-id'])
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (resumed.length === 1) response.write(': connected\nid: 5\n\n', () => response.destroy())
    else if (resumed.length === 2) response.end(': connected\nid: 5\n\n: alive\nid: 90\n\n')
    else response.end('event: error\ndata: {"code":"ResourceExpired","message":"too old"}\n\n')
  })
  let opened = 0
  const watch = client.watch({ signal: new AbortController().signal, onOpen: () => void (opened += 1) })
  await expect(watch.next()).rejects.toMatchObject({ code: 'ResourceExpired' })
  expect(resumed).toEqual([undefined, '5', '90'])
  expect(opened).toBe(2)
})

test('a watch resumes after the last change when the connection breaks, and ends on errors that stay', async () => {
  const resumed: unknown[] = []
  const frame = (position: number): string => `id: ${position}\ndata: {"position":${position},"uid":"u"}\n\n`
  const client = await clientOf((request, response) => {
    resumed.push(request.headers['last-event-id'])
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (resumed.length === 1)
      response.write(`: connected\n\n${frame(7)}${frame(8).slice(0, 9)}`, () => response.destroy())
    else response.end(`${frame(8)}event: error\ndata: {"code":"ResourceExpired","message":"too old"}\n\n`)
  })
  const seen: number[] = []
  const reading = (async () => {
    for await (const change of client.watch({ signal: new AbortController().signal })) seen.push(change.position)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'ResourceExpired' })
  expect(seen).toEqual([7, 8])
  expect(resumed).toEqual([undefined, '7'])
})

test('a held client changes what it has read as long as nobody else does, and says so otherwise', async () => {
  let version = 1
  const expected: (string | undefined)[] = []
  const client = await clientOf((request, response) => {
    const sent = request.headers['if-match']
    if (request.method !== 'GET') expected.push(sent)
    if (sent !== undefined && sent !== `"${version}"`)
      return json(response, 412, { code: 'PreconditionFailed', message: 'changed', details: null, ref: 'r' })
    if (request.method === 'PUT') version += 1
    response.setHeader('etag', `"${version}"`)
    return request.method === 'GET' ? json(response, 200, { metadata: {} }) : void response.writeHead(204).end()
  })
  const held = client.held()
  const [params, body] = [{ uid: 'p' }, { metadata: { name: 'x' } }]
  const change = (by: Client) => by.call('PUT /v1/projects/{uid}', { params, body })
  await held.call('GET /v1/projects/{uid}', { params })
  await change(held)
  await change(held)
  await change(client)
  await expect(change(held)).rejects.toMatchObject({ code: 'PreconditionFailed' })
  expect(expected).toEqual(['"1"', '"2"', undefined, '"3"'])
})

test('what was refused before anything was done is sent again, a creation too, once the server has room', async () => {
  sleeps.length = 0
  const keys: unknown[] = []
  const client = await clientOf((request, response) => {
    keys.push(request.headers['idempotency-key'])
    if (keys.length > 1) return json(response, 201, { uid: 'u' })
    const details = { retryAfterSeconds: 3 }
    return json(response, 429, { code: 'TooManyRequests', message: 'slower', details, ref: 'r' })
  })
  expect(await client.call('POST /v1/projects', { body: { metadata: { name: 'x' } } })).toEqual({ uid: 'u' })
  expect(sleeps).toEqual([3_000])
  expect(keys[0]).toMatch(/^[\w-]+$/)
  expect(keys[1]).toBe(keys[0])
})
