import type { Server } from 'node:http'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { createApp } from '@atrium/server/apiserver/app.ts'
import { defineOperation } from '@atrium/server/apiserver/operation.ts'
import { VERSION } from '@atrium/server/version.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

const lines: object[] = []
const record = (fields: object): void => void lines.push(fields)
const logger: Logger = { debug: record, info: record, warn: record, error: record, child: () => logger }

let api: TestApi
let call: Caller
beforeAll(async () => {
  api = await openTestApi({ logger })
  call = (await api.newTenant()).call
})
afterAll(() => api.close())

describe('requests', () => {
  test('an operation without a handler answers 400 NotImplemented, and so does a path outside the contract', async () => {
    for (const route of ['GET /v1/overlords/vsphere/manifest', 'GET /v1/no/such/path', 'PATCH /v1/projects'] as const) {
      const { status, body } = await call(route)
      expect([route, status, body.code]).toEqual([route, 400, 'NotImplemented'])
    }
  })

  test('errors have code, message, details and a ref that the log knows', async () => {
    const { body } = await call('GET /v1/projects/000000000000000000000000')
    expect(Object.keys(body).sort()).toEqual(['code', 'details', 'message', 'ref'])
    expect(lines).toContainEqual(expect.objectContaining({ ref: body.ref, status: 404, code: 'ResourceNotFound' }))
  })

  test('an empty body with a JSON content type is fine on every method; GET and DELETE may carry one', async () => {
    expect((await call('GET /v1/users/info')).status).toBe(200)
    expect((await call('GET /v1/users/info', { body: { any: 'thing' } })).status).toBe(200)
    const { uid } = (await call('POST /v1/projects', { body: { metadata: { name: 'p' } } })).body
    expect(
      (await call(`DELETE /v1/projects/${uid}`, { body: { deletingClusterDurationThresholdInMin: 0 } })).status,
    ).toBe(204)
  })

  test('a body that does not fit names every field; null stands for an unset list', async () => {
    const wrong = await call('POST /v1/users', { body: { metadata: { name: 5 }, spec: { emailId: {}, roles: null } } })
    expect(wrong.status).toBe(400)
    expect(wrong.body.details.fields.map(({ field }: { field: string }) => field)).toEqual([
      'metadata.name',
      'spec.emailId',
    ])
  })

  test.each([
    ['not JSON', '{"metadata":', /position 12|not valid JSON/],
    ['a prototype', '{"__proto__":{"admin":true}}', /prototype/],
    ['a zero character', '{"metadata":{"name":"a\\u0000b"}}', /metadata\.name/],
    ['half a surrogate pair', '{"metadata":{"name":"\\ud800"}}', /metadata\.name/],
    ['deep nesting', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`, /nests deeper/],
  ])('%s is refused with 400', async (_what, body, message) => {
    const answer = await call('POST /v1/projects', { body })
    expect([answer.status, answer.body.code]).toEqual([400, 'InvalidRequest'])
    expect(answer.body.message).toMatch(message)
  })

  test('a body over the limit is refused with 413', async () => {
    const small = createApp(api.context, { bodyLimitBytes: 1000 })
    const response = await small.inject({
      method: 'POST',
      url: '/v1/auth/authenticate',
      payload: { emailId: 'x'.repeat(2000) },
    })
    expect([response.statusCode, response.json().code]).toEqual([413, 'PayloadTooLarge'])
    await small.close()
  })

  test('before signing in a body is small and tells its size', async () => {
    const big = await api.as({})('POST /v1/auth/authenticate', { body: { emailId: 'x'.repeat(70_000) } })
    expect([big.status, big.body.code]).toEqual([413, 'PayloadTooLarge'])
    const untold = await api.as({ 'transfer-encoding': 'chunked' })('POST /v1/auth/authenticate', { body: {} })
    expect([untold.status, untold.body.code]).toEqual([413, 'PayloadTooLarge'])
  })

  test('query values are read as their type; a wrong one is named', async () => {
    expect((await call('GET /v1/users', { query: { limit: '0', offset: '' } })).status).toBe(200)
    const wrong = await call('GET /v1/users', { query: { limit: 'many' } })
    expect([wrong.status, wrong.body.details.fields[0].field]).toEqual([400, 'limit'])
  })

  test('a token in a path, a key in a header: neither gets into the log', async () => {
    const token = 'deadbeef.this-token-stays-out-of-the-log-00000000000'
    await api.as({ ApiKey: token })(`GET /v1/auth/refresh/${token}`)
    expect(JSON.stringify(lines)).not.toContain('stays-out-of-the-log')
    expect(lines).toContainEqual(expect.objectContaining({ operation: 'v1AuthRefresh' }))
  })

  describe('what is no whole request', () => {
    let port: number
    beforeAll(async () => {
      await api.app.listen({ port: 0, host: '127.0.0.1' })
      port = (api.app.server.address() as { port: number }).port
    })
    /** Everything that comes back, until the connection ends. */
    const talk = (text: string): Promise<{ status: number; body: { code: string; ref: string } }> =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text))
        let received = ''
        socket.on('data', (chunk) => {
          received += chunk
        })
        socket.on('close', () => {
          const [head = '', body = ''] = received.split('\r\n\r\n')
          resolve({ status: Number(head.split(' ')[1]), body: JSON.parse(body) })
        })
      })

    test.each([
      ['garbage', '\u0001\u0002 garbage\r\n\r\n', 400, 'InvalidRequest'],
      [
        'a header that is too large',
        `GET /v1/users/info HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
        431,
        'HeadersTooLarge',
      ],
      ['a URL that is too large', `GET /v1/${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`, 431, 'HeadersTooLarge'],
      [
        'two lengths',
        'POST /v1/projects HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
        400,
        'InvalidRequest',
      ],
    ])('%s ends that connection with an error as every other, and nothing else', async (_what, text, status, code) => {
      const answer = await talk(text)
      expect(answer).toMatchObject({ status, body: { code, message: expect.any(String) } })
      expect(Object.keys(answer.body).sort()).toEqual(['code', 'details', 'message', 'ref'])
      expect(lines).toContainEqual(expect.objectContaining({ ref: answer.body.ref, status }))
      expect((await call('GET /v1/users/info')).status).toBe(200)
    })

    test('headers that dribble in are waited for so long and no longer', async () => {
      const { headersTimeout, requestTimeout } = api.app.server as Server
      expect([headersTimeout, requestTimeout]).toEqual([20_000, 60_000])
      const socket = new PassThrough()
      const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
      api.app.server.emit('clientError', late, socket)
      const text = (await socket.toArray()).join('')
      expect(text).toContain('HTTP/1.1 408')
      expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'RequestTimeout' })
    })
  })

  test('a path that is none does not read what strangers send', async () => {
    const response = await api.app.inject({ method: 'POST', url: '/nowhere', payload: 'x'.repeat(9 * 1024 * 1024) })
    expect([response.statusCode, response.json().code]).toEqual([400, 'NotImplemented'])
    const health = await api.app.inject({ url: '/healthz', payload: 'x'.repeat(2_000) })
    expect([health.statusCode, health.json().code]).toEqual([413, 'PayloadTooLarge'])
  })
})

describe('answers', () => {
  const serve = async (id: 'v1ProjectsUidGet', handler: () => Promise<object>) => {
    const violations: string[] = []
    const operation = defineOperation(id, { scope: 'self', permission: null, handler })
    const app = createApp(api.context, {
      operations: [operation],
      onContractViolation: (text) => violations.push(text),
    })
    const { apiKey } = await api.newTenant()
    const response = await app.inject({ url: '/v1/projects/x', headers: { ApiKey: apiKey.reveal() } })
    await app.close()
    return { violations, status: response.statusCode, body: response.json() }
  }

  test('what the schema lacks cannot leak', async () => {
    const { body } = await serve('v1ProjectsUidGet', async () => ({
      metadata: { name: 'p', passwordHash: 'x' },
      secret: 'y',
    }))
    expect(body).toEqual({ metadata: { name: 'p' } })
  })

  test('the guard sees an answer that breaks its schema', async () => {
    const { violations, status } = await serve('v1ProjectsUidGet', async () => ({ metadata: { name: 5 } }))
    expect(status).toBe(500)
    expect(violations[0]).toContain('metadata.name')
  })

  test('a mistake of ours says nothing but its ref', async () => {
    const { status, body } = await serve('v1ProjectsUidGet', () => Promise.reject(new Error('select * from secrets')))
    expect([status, body.code]).toEqual([500, 'InternalError'])
    expect(JSON.stringify(body)).not.toContain('secrets')
    expect(lines).toContainEqual(expect.objectContaining({ ref: body.ref, err: expect.any(Error) }))
  })

  test('an error of ours travels under its status', async () => {
    const { status } = await serve('v1ProjectsUidGet', () => Promise.reject(new AtriumError('ResourceInUse', 'in use')))
    expect(status).toBe(409)
  })
})

test('health for everybody, metrics for the operator', async () => {
  expect((await api.as({})('GET /healthz')).body).toEqual({ status: 'ok' })
  expect((await api.as({})('GET /readyz')).body).toEqual({ status: 'ok' })
  expect((await api.as({})('GET /metrics')).status).toBe(401)
  const metrics = await api.as({ Authorization: `Bearer ${api.operatorToken}` })('GET /metrics')
  expect(metrics.text).toContain('atrium_http_request_duration_seconds_count{operation="v1UsersInfoGet",status="200"}')
})

test('what clients ask to know whom they speak to: health without signing in, version and features after it', async () => {
  const stranger = api.as({})
  expect((await stranger('GET /v1/health/ping')).body).toEqual({ msg: 'pong' })
  expect((await stranger('GET /v1/health/ready')).body).toEqual({ msg: 'ready' })
  const known: [string, object][] = [
    ['GET /v1/system/version/installed', { version: VERSION }],
    ['GET /v1/system/version/latest', { version: VERSION }],
    ['GET /v1/features', { items: [] }],
    ['GET /v1/system/features', { items: [] }],
    ['GET /v1/users/system/features', { items: [] }],
  ]
  for (const [route, body] of known) {
    expect((await call(route)).body, route).toEqual(body)
    expect((await stranger(route)).status, route).toBe(401)
  }
})
