import { type ClusterReason, clusterReasons } from '@atrium/api/cluster-reasons.ts'
import { clusterConditions as types } from '@atrium/api/conditions.ts'
import type { ClusterPolicy } from '@atrium/api/kinds/cluster.ts'
import { desiredStateLimits } from '@atrium/api/link/desired-state.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { describe, expect, it } from 'vitest'
import { buildDesiredState, digestOf } from '../../content/desired-state.ts'
import type { ResolvedLayer } from '../../content/resolve.ts'
import { agentManifest, enrolmentSecret, tokenIssuedAt } from './agent-manifest.ts'
import { agentDigest, planEnrolment } from './agent-push.ts'
import { pruneJournal } from './journal.ts'
import { computeStatus, type Findings } from './status.ts'

describe('buildDesiredState', () => {
  const layer = (values: string, manifests: ResolvedLayer['manifests'] = []): ResolvedLayer => ({
    id: 'apps/hello',
    name: 'hello',
    profileUid: 'p',
    packUid: 'k',
    version: '1.0.0',
    kind: 'addon',
    priority: 0,
    values,
    manifests,
    namespace: 'default',
    releaseNames: {},
  })
  const input = (layers: ResolvedLayer[]) => ({
    clusterUid: 'c',
    clusterName: 'demo',
    kubernetesVersion: '1.34.4',
    policy: { drift: 'heal', nodes: 'heal' } as const,
    sensitive: [],
    layers,
  })
  const built = (layers: ResolvedLayer[], former?: Parameters<typeof buildDesiredState>[1], epoch = 1) => {
    const result = buildDesiredState(input(layers), former, epoch)
    if (!result.ok) throw new Error(result.message)
    return result
  }

  it('keeps its generation while nothing changes, and raises it by one otherwise', () => {
    const first = built([layer('a')])
    expect(first).toMatchObject({ changed: true, pointer: { epoch: 1, generation: 1 } })
    expect(built([layer('a')], first.pointer)).toMatchObject({ changed: false, pointer: first.pointer })
    const second = built([layer('b')], first.pointer)
    expect(second).toMatchObject({ changed: true, pointer: { generation: 2 } })
    expect(built([layer('a')], second.pointer).pointer.generation).toBe(3)
  })

  it('names the nodes that were asked into maintenance or out of it, where any was', () => {
    const asked = [{ node: 'a', action: 'cordon', at: 'now' } as const]
    const first = built([layer('a')])
    expect(first.state).not.toHaveProperty('nodes')
    const second = buildDesiredState({ ...input([layer('a')]), maintenance: asked }, first.pointer, 1)
    expect(second).toMatchObject({ changed: true, pointer: { generation: 2 }, state: { nodes: asked } })
  })

  it('says of a layer what happens to its deviations only where that is said for it: by the cluster before its values', () => {
    const driftOf = (values: Partial<ResolvedLayer>, layers?: ClusterPolicy['layers']) => {
      const policy = { drift: 'heal', nodes: 'heal', ...(layers && { layers }) } as const
      const result = buildDesiredState({ ...input([{ ...layer('a'), ...values }]), policy }, undefined, 1)
      if (!result.ok) throw new Error(result.message)
      expect(result.state.policy).toEqual({ drift: 'heal', nodes: 'heal' })
      return result.state.layers[0]?.drift
    }
    expect(driftOf({})).toBeUndefined()
    expect(driftOf({ drift: 'alert' })).toBe('alert')
    expect(driftOf({ drift: 'alert' }, { 'apps/hello': 'heal' })).toBe('heal')
    expect(driftOf({}, { 'apps/hello': 'alert' })).toBe('alert')
    expect(driftOf({ drift: 'alert' }, { 'apps/other': 'heal' })).toBe('alert')
  })

  it('starts anew above the former generation in a new epoch', () => {
    const first = built([layer('a')])
    expect(built([layer('a')], first.pointer, 2).pointer).toMatchObject({ epoch: 2, generation: 2 })
  })

  it('names the values to be kept out of logs by a blob, and holds none itself', () => {
    const result = buildDesiredState({ ...input([layer('a')]), sensitive: ['hunter2'] }, undefined, 1)
    if (!result.ok) throw new Error(result.message)
    expect(result.index.toString()).not.toContain('hunter2')
    expect(result.blobs.get(result.state.sensitive ?? '')?.toString()).toBe('["hunter2"]')
    expect(built([layer('a')]).state).not.toHaveProperty('sensitive')
  })

  it('names content by its digest and holds none itself', () => {
    const { state, blobs, index, pointer } = built([layer('secret: yes', [{ name: 'm', content: 'kind: X' }])])
    expect(index.toString()).not.toContain('secret')
    expect(digestOf(index)).toBe(pointer.digest)
    const [described] = state.layers
    expect(blobs.get(described?.valuesDigest ?? '')?.toString()).toBe('secret: yes')
    expect(blobs.get(described?.manifests[0]?.digest ?? '')?.toString()).toBe('kind: X')
  })

  it('refuses what is over the limits instead of cutting it', () => {
    const over = (layers: ResolvedLayer[]) => buildDesiredState(input(layers), undefined, 1)
    expect(over([layer('x'.repeat(desiredStateLimits.blobBytes + 1))])).toMatchObject({ ok: false })
    const many = Array.from({ length: 190 }, (_, i) => ({
      ...layer('a'),
      id: 'x'.repeat(200) + i,
      name: 'y'.repeat(200),
    }))
    expect(over(many)).toEqual({ ok: false, message: expect.stringContaining('of at most 65536 bytes') })
    expect(over(Array.from({ length: 201 }, () => layer('a')))).toMatchObject({ ok: false })
  })
})

describe('pruneJournal', () => {
  it('forgets operations that are no longer planned', () => {
    const entry = { begunAt: 't', result: null }
    expect(pruneJournal({ a: entry, b: entry }, ['b', 'c'])).toEqual({ b: entry })
  })
})

describe('agent manifest', () => {
  it('is pure, and says everything explicitly to the agent', () => {
    const objects = agentManifest({ image: 'atrium-agent:1' })
    expect(objects).toEqual(agentManifest({ image: 'atrium-agent:1' }))
    expect(objects.map((object) => object.kind)).toEqual([
      'Namespace',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'Deployment',
    ])
    const args = JSON.stringify(objects.at(-1))
    for (const flag of ['--enrolment-dir', '--state-dir', '--service-account-dir', '--namespace'])
      expect(args).toContain(flag)
  })

  it('is pushed anew when the image or the address of the plane changes', () => {
    const agent = { image: 'a:1', serverUrl: 'https://one', caPem: 'PEM' }
    const digests = [agent, { ...agent, image: 'a:2' }, { ...agent, serverUrl: 'https://two' }].map(agentDigest)
    expect(new Set(digests).size).toBe(3)
  })
})

describe('planEnrolment', () => {
  const agent = { image: 'a:1', serverUrl: 'https://plane', caPem: 'PEM' }
  const now = Date.UTC(2026, 0, 1)
  const at = (ageMs: number) => new Date(now - ageMs).toISOString()
  const secret = (ageMs: number, clusterUid = 'c') =>
    enrolmentSecret({ ...agent, token: new Secret('t'), clusterUid, issuedAt: at(ageMs) })
  const identity = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'i' } }
  const base = { identity: null, connected: false, agent, clusterUid: 'c', now, tokenMaxAgeMs: 600_000 }

  it.each([
    ['none yet', { secret: null }, 'new-token'],
    ['fresh, the agent has not come yet', { secret: secret(1000) }, 'keep'],
    ['the agent made no key in a minute', { secret: secret(61_000) }, 'new-token'],
    ['the agent has a key and tries', { secret: secret(61_000), identity }, 'keep'],
    ['the agent has a key that nobody lets in', { secret: secret(601_000), identity }, 'new-token'],
    ['connected: an old token does not matter', { secret: secret(1e9), identity, connected: true }, 'keep'],
    ['of another cluster', { secret: secret(1000, 'other'), connected: true }, 'new-token'],
    [
      'the plane moved',
      { secret: secret(1000), identity, connected: true, agent: { ...agent, serverUrl: 'https://new' } },
      'new-address',
    ],
  ] as const)('%s: %s', (_name, input, step) => {
    expect(planEnrolment({ ...base, ...input })).toBe(step)
  })

  it('says in the Secret when the token was made', () => {
    expect(secret(0).metadata.annotations?.[tokenIssuedAt]).toBe(at(0))
    expect(JSON.stringify(secret(0))).not.toContain('[secret]')
  })
})

describe('computeStatus', () => {
  const say = (...reasons: ClusterReason[]): Findings['drafts'] =>
    new Map(
      reasons.map((reason) => {
        const { condition: type, status } = clusterReasons[reason]
        return [type, { type, status, reason, message: `about ${reason}` }]
      }),
    )
  const good: ClusterReason[] = [
    'Resolved',
    'InfrastructureAsDesired',
    'ApiServerAnswers',
    'AgentConnected',
    'AllMachinesReady',
    'AllLayersReady',
    'NoDeviation',
  ]
  const now = Date.UTC(2026, 0, 1)
  const compute = (drafts: Findings['drafts'], change: Partial<Findings> = {}) =>
    computeStatus({
      drafts,
      generation: 3,
      before: {},
      imported: false,
      failures: [],
      machines: { total: 2, ready: 2 },
      layers: { total: 2, ready: 2 },
      begun: true,
      now,
      stepLimitMs: 1000,
      ...change,
    })
  const refused = { reason: 'ProviderRefused', detail: 'X', message: 'm', nextStep: 'n', reaction: 'user' } as const
  const runningSince = '2025-01-01T00:00:00.000Z'
  const stale = {
    ...{ step: 'Layers', message: '', since: new Date(now - 2000).toISOString(), done: 8, total: 8 },
    furthest: { generation: 3, step: 'Layers', done: 8 },
  }

  it.each([
    ['all is well', compute(say(...good)), 'Running', 'Healthy', 'False'],
    ['nothing is begun', compute(say('Resolved'), { begun: false }), 'Pending', 'Unknown', 'False'],
    ['on its way', compute(say(...good.slice(0, 2), 'ApiServerStarting')), 'Provisioning', 'Unknown', 'False'],
    ['refused', compute(say('Resolved', 'ProviderRefused'), { failures: [refused] }), 'Failed', 'Unknown', 'True'],
    [
      'refused after it ran',
      compute(say(...good, 'ProviderRefused'), { failures: [refused], before: { runningSince } }),
      'Running',
      'UnHealthy',
      'True',
    ],
    [
      'agent silent after it ran',
      compute(say(...good, 'AgentDisconnected'), { before: { runningSince } }),
      'Running',
      'Unknown',
      'False',
    ],
    ['a layer waits', compute(say(...good, 'LayersInstalling')), 'Provisioning', 'UnHealthy', 'False'],
    [
      'a layer waits for too long',
      compute(say(...good, 'LayersInstalling'), { before: { progress: stale } }),
      'Failed',
      'UnHealthy',
      'True',
    ],
    ['open deviations do not make it unhealthy', compute(say(...good, 'DeviationOpen')), 'Running', 'Healthy', 'False'],
  ] as const)('%s', (_name, { status, conditions }, state, health, stalled) => {
    expect([status.state, status.health?.state]).toEqual([state, health])
    expect(conditions.find((condition) => condition.type === types.stalled)?.status).toBe(stalled)
  })

  it('says of a cluster that serves whether it is as declared', () => {
    const reasonOf = (...said: Parameters<typeof say>): string | undefined =>
      compute(say(...said)).conditions.find((condition) => condition.type === types.ready)?.reason
    expect(reasonOf(...good)).toBe('AsDeclared')
    expect(reasonOf(...good, 'DeviationOpen')).toBe('ServesWithDeviation')
  })

  it('always sets every condition, and the failure has a next step', () => {
    const { conditions, status } = compute(say('Resolved', 'ProviderRefused'), { failures: [refused] })
    expect(conditions.map((condition) => condition.type)).toEqual([
      'ProfileResolved',
      'InfrastructureReady',
      'ControlPlaneReady',
      'AgentReady',
      'MachinesReady',
      'LayersReady',
      'InSync',
      'Ready',
      'Stalled',
    ])
    expect(status.failure).toEqual({ reason: 'X', message: 'm', nextStep: 'n' })
    expect(status.progress?.step).toBe('Infrastructure')
  })

  describe('tells how long it is no further', () => {
    const drafts = say(...good, 'LayersInstalling')
    const sinceOf = (change: Partial<Findings>, said = drafts): string | undefined =>
      compute(said, { before: { progress: stale }, ...change }).status.progress?.since
    const anew = new Date(now).toISOString()

    it.each([
      ['nothing moves', {}, drafts, stale.since],
      ['a layer falls back', { layers: { total: 2, ready: 1 } }, drafts, stale.since],
      ['it falls back a step', {}, say(...good, 'AgentDisconnected'), stale.since],
      ['more is ready than ever before', { layers: { total: 4, ready: 3 } }, drafts, anew],
      ['it reaches the last step', {}, say(...good), anew],
      ['something else was declared', { generation: 4 }, drafts, anew],
      ['it ran', { before: { progress: { ...stale, step: 'Running' } } }, drafts, anew],
    ] as const)('%s', (_name, change, said, since) => {
      expect(sinceOf(change, said)).toBe(since)
    })

    it('and stalls when a layer comes and goes for ever', () => {
      let before: Findings['before'] = {}
      let shown = compute(drafts).status
      for (let round = 0; round < 4; round += 1) {
        const layers = { total: 2, ready: round % 2 }
        shown = compute(drafts, { before, layers, now: now + round * 400 }).status
        before = { ...before, ...shown }
      }
      expect(shown.progress?.since).toBe(new Date(now + 400).toISOString())
      const last = compute(drafts, { before, layers: { total: 2, ready: 1 }, now: now + 1600 }).status
      expect([last.state, last.failure?.reason]).toEqual(['Failed', 'NoProgress'])
    })

    it('and names the layers that are waited for', () => {
      const layer = { state: 'Installed', message: '' } as const
      const layers = [
        { ...layer, name: 'cni', state: 'Ready' },
        { ...layer, name: 'shop' },
      ] as NonNullable<Findings['before']['layers']>
      const { failure } = compute(drafts, { before: { progress: stale, layers } }).status
      expect(failure?.nextStep).toContain('layer shop')
    })
  })

  it('moves observedGeneration only when the declaration was understood', () => {
    expect(compute(say('ValuesInvalid')).status.observedGeneration).toBeUndefined()
    expect(compute(say('Resolved')).status.observedGeneration).toBe(3)
  })
})
