import { loadContract } from '@atrium/server/apiserver/http/table.ts'
import { describe, expect, test } from 'vitest'
import type { Exchange } from './recorder/conversation.ts'
import { distil } from './recorder/distil.ts'
import type { RawExchange } from './recorder/proxy.ts'
import { createReplayer } from './replay/replay.ts'
import type { ReplayWorld, WorldAnswer } from './replay/world.ts'

const uid = 'aaaaaaaaaaaaaaaaaaaaaaa1'
const project = { metadata: { uid, name: 'team', labels: { a: 'b' }, creationTimestamp: '2026-01-01T00:00:00Z' } }
const about = { scenario: 'one', client: 'a client' }

const raw = (method: string, url: string, status: number, answer?: object, body?: object): RawExchange => ({
  step: 'create',
  method,
  url,
  headers: { apikey: 'hush', 'content-type': 'application/json', host: 'localhost:1' },
  body: body ? JSON.stringify(body) : '',
  status,
  answerType: answer ? 'application/json; charset=utf-8' : null,
  answer: answer ? JSON.stringify(answer) : '',
})
const created = raw('POST', '/v1/projects', 201, { uid }, { metadata: { name: 'team' } })
const got = raw('GET', `/v1/projects/${uid}`, 200, project)

describe('what is recorded', () => {
  test('names uids by the answer that gave them, and keeps no other header than matters', () => {
    const [step] = distil(about, [created, got]).steps
    expect(step?.exchanges).toEqual([
      {
        operation: 'v1ProjectsCreate',
        request: { scope: 'tenant', contentType: 'application/json', body: { metadata: { name: 'team' } } },
        answer: {
          status: 201,
          contentType: 'application/json',
          needs: { uid: { type: 'string' } },
          captures: { 'uid-1': 'uid' },
        },
      },
      {
        operation: 'v1ProjectsUidGet',
        request: { params: { uid: '<uid-1>' }, scope: 'tenant', contentType: 'application/json' },
        answer: {
          status: 200,
          contentType: 'application/json',
          needs: expect.objectContaining({
            'metadata.uid': { type: 'string' },
            'metadata.name': { is: ['team'] },
            'metadata.labels': { is: [{ a: 'b' }] },
            'metadata.annotations.description': { absent: true },
            'spec.alerts[].component': { absent: true },
          }),
        },
      },
    ])
  })

  test('says of a body that is no JSON that it must be there, and never what it is', () => {
    const made = raw('POST', '/v1/spectroclusters/cloudTypes/local', 201, { uid }, {})
    const kubeconfig = {
      ...raw('GET', `/v1/spectroclusters/${uid}/assets/adminKubeconfig`, 200),
      ...{ answerType: 'application/octet-stream', answer: 'kind: Config' },
    }
    const [step] = distil(about, [made, kubeconfig]).steps
    expect(step?.exchanges[1]?.answer).toEqual({
      status: 200,
      contentType: 'application/octet-stream',
      needs: { '': { type: 'string' } },
    })
    expect(() => distil(about, [made, { ...kubeconfig, answer: '' }])).toThrow(/empty body/)
  })

  test('holds no private key, in requests and in what is compared', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIBVAIBADAN\n-----END PRIVATE KEY-----\n'
    const named = (name: string) => ({ metadata: { uid, name, labels: {} } })
    const { uid: _, ...metadata } = named(JSON.stringify({ pem })).metadata
    const sent = raw('POST', '/v1/projects', 201, { uid }, { metadata })
    const read = raw('GET', `/v1/projects/${uid}`, 200, named(JSON.stringify({ pem })))
    const text = JSON.stringify(distil(about, [sent, read]))
    expect(text).not.toMatch(/PRIVATE KEY|MIIB/)
    expect(text.match(/PEM of a key/g)).toHaveLength(2)
  })

  test('leaves out what was asked again while nothing changed', () => {
    const changed = raw('PUT', `/v1/projects/${uid}`, 204, undefined, { metadata: { name: 'team' } })
    const [step] = distil(about, [created, got, got, changed, got, got]).steps
    expect(step?.exchanges.map(({ operation }) => operation)).toEqual([
      ...['v1ProjectsCreate', 'v1ProjectsUidGet', 'v1ProjectsUidUpdate', 'v1ProjectsUidGet'],
    ])
  })

  test('leaves out what was answered before the client saw what it waited for', () => {
    const made = raw('POST', '/v1/spectroclusters/cloudTypes/local', 201, { uid }, {})
    const seen = (state: string) => raw('GET', `/v1/spectroclusters/${uid}`, 200, { status: { state } })
    const deleted = { ...raw('DELETE', `/v1/spectroclusters/${uid}`, 204), step: 'destroy' }
    const gone = { ...seen('Deleting'), step: 'destroy' }
    const steps = distil(about, [made, seen('Pending'), seen('Provisioning'), seen('Running'), deleted, gone]).steps
    const states = steps.map(({ exchanges }) =>
      exchanges.map(({ operation, awaited }) => `${operation}${awaited ? ' awaited' : ''}`),
    )
    expect(states).toEqual([
      ['v1SpectroClustersCustomCreate', 'v1SpectroClustersGet awaited'],
      ['v1SpectroClustersDelete', 'v1SpectroClustersGet'],
    ])
  })

  test.each([
    [
      'a status that is not the declared one',
      raw('DELETE', `/v1/projects/${uid}`, 200, {}),
      /status 200 instead of 204/,
    ],
    ['a status that clients repeat for an hour', raw('GET', `/v1/projects/${uid}`, 503, {}), /status 503/],
    ['a uid that no answer gave', raw('GET', '/v1/projects/aaaaaaaaaaaaaaaaaaaaaaa2', 200, project), /no answer gave/],
    ['a request outside of the contract', raw('GET', '/v1/nothing', 200, {}), /not in the contract/],
    ['an operation nobody described', raw('GET', '/v1/audits', 200, {}), /needs\.ts/],
  ])('refuses %s', (_, exchange, message) => {
    expect(() => distil(about, [created, exchange])).toThrow(message)
  })
})

describe('a repetition', () => {
  const operations = new Map(loadContract().operations.map((operation) => [operation.id, operation]))
  const exchanges = distil(about, [created, got]).steps.flatMap((step) => step.exchanges) as [Exchange, Exchange]
  const json = (status: number, body: object): WorldAnswer => ({
    ...{ status, contentType: 'application/json', text: JSON.stringify(body) },
  })
  /** A server that gives these answers one after the other. */
  const serverOf = (...answers: WorldAnswer[]) => {
    const asked: string[] = []
    let settled = 0
    const world: ReplayWorld = {
      credentials: { ApiKey: 'key' },
      project: { ProjectUid: 'project' },
      violations: [],
      send: async ({ method, url }) => {
        asked.push(`${method} ${url}`)
        return answers.shift() ?? json(500, {})
      },
      settle: async () => {
        settled += 1
      },
      close: async () => {},
    }
    return { replayer: createReplayer(world, operations), asked, settled: () => settled }
  }

  test('asks with the uids of this server', async () => {
    const other = 'bbbbbbbbbbbbbbbbbbbbbbb1'
    const { replayer, asked } = serverOf(json(201, { uid: other }), json(200, project))
    expect(await replayer.repeat(exchanges[0])).toEqual([])
    expect(await replayer.repeat(exchanges[1])).toEqual([])
    expect(asked).toEqual(['POST /v1/projects', `GET /v1/projects/${other}`])
  })

  const { labels: _labels, ...unlabelled } = project.metadata
  test.each([
    ['another status', json(204, project), 'status: 204 instead of 200'],
    ['another content type', { ...json(200, project), contentType: 'text/plain' }, 'contentType: text/plain instead'],
    [
      'a label of the server',
      json(200, { metadata: { ...project.metadata, labels: { a: 'b', mine: 'x' } } }),
      'metadata.labels',
    ],
    ['a missing value', json(200, { metadata: unlabelled }), 'metadata.labels'],
    [
      'a value where none was',
      json(200, { metadata: { ...project.metadata, annotations: { description: '' } } }),
      'metadata.annotations.description: [""]',
    ],
    ['a uid that is no text', json(200, { metadata: { ...project.metadata, uid: 1 } }), 'metadata.uid: not always'],
  ])('finds %s', async (_, answer, problem) => {
    const { replayer } = serverOf(json(201, { uid }), answer)
    await replayer.repeat(exchanges[0])
    expect((await replayer.repeat(exchanges[1])).join('\n')).toContain(problem)
  })

  test('finds an empty body where a text is needed', async () => {
    const answer = { status: 200, contentType: 'application/octet-stream', needs: { '': { type: 'string' } } }
    const exchange: Exchange = {
      operation: 'v1SpectroClustersUidAdminKubeConfig',
      request: { params: { uid }, scope: 'project' },
      answer,
    }
    const { replayer } = serverOf({ ...json(200, {}), ...answer, text: '' }, { ...json(200, {}), ...answer, text: 'a' })
    expect(await replayer.repeat(exchange)).toEqual(['body: nothing, where the client needs a string'])
    expect(await replayer.repeat(exchange)).toEqual([])
  })

  test('lets the world come to rest where the client waited, and only there', async () => {
    const { replayer, settled } = serverOf(json(404, { code: 'x' }), json(404, { code: 'x' }), json(200, project))
    await replayer.repeat(exchanges[1])
    expect(settled()).toBe(0)
    expect(await replayer.repeat({ ...exchanges[1], awaited: true })).toEqual([])
    expect(settled()).toBe(1)
  })
})
