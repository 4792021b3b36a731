import { type ClusterReason, clusterReasons } from '@atrium/api/cluster-reasons.ts'
import type { Condition } from '@atrium/api/conditions.ts'
import type { ClusterStatus, Deviation, LayerStatus } from '@atrium/api/kinds/cluster.ts'
import type { MachineStatus } from '@atrium/api/kinds/machine.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainCluster } from './explain.ts'
import { type ExplainFacts, explained } from './follows.ts'

const since = '2026-03-01T10:00:00.000Z'
const later = '2026-03-01T11:00:00.000Z'
const now = Date.parse('2026-03-01T12:00:00.000Z')

const meta = (name: string) => ({
  ...{ tenant: 't', project: null, uid: `uid-${name}`, name, generation: 2, resourceVersion: 1 },
  ...{ labels: {}, annotations: {}, finalizers: [], owner: null },
  ...{ createdAt: since, modifiedAt: later, deletedAt: null as string | null },
})

const well: ClusterReason[] = [
  ...(['Resolved', 'InfrastructureAsDesired', 'ApiServerAnswers', 'AgentConnected'] as const),
  ...(['AllMachinesReady', 'AllLayersReady', 'NoDeviation'] as const),
]

/** As in a cluster that is well, but for these reasons; `Reason: message` gives the message. */
function conditions(reasons: string[]): Condition[] {
  const found = new Map<string, Condition>()
  for (const told of [...well, ...reasons]) {
    const [, reason = '', message = `Because of ${reason}.`] = /^(\w+)(?:: (.*))?$/.exec(told) ?? []
    const { condition: type, status } = clusterReasons[reason as ClusterReason]
    found.set(type, { type, status, reason, message, lastTransitionTime: since, observedGeneration: 2 })
  }
  const parts = explained.flatMap((type) => found.get(type) ?? [])
  const serves = parts.every(({ type, status }) => type === 'InSync' || status === 'True')
  const ready = { type: 'Ready', status: serves ? 'True' : 'False', reason: 'AsDeclared', message: '' } as const
  return [...found.values(), { ...ready, lastTransitionTime: since, observedGeneration: 2 }]
}

const machine = (name: string, status: MachineStatus): StoredObject<'Machine'> => ({
  kind: 'Machine',
  meta: meta(name),
  spec: { clusterUid: 'uid-demo', pool: 'workers', isControlPlane: false },
  status,
  conditions: [],
})
const runs = machine('w-0', { state: 'Running', nodeReady: true, unhealthySince: null })
const stopped = machine('w-1', { state: 'Failed', unhealthySince: later, unhealthyReason: 'it is stopped' })

const layer = (name: string, state: LayerStatus['state'], message = ''): LayerStatus => ({
  ...{ name, profileUid: 'infra', packUid: '', version: '1', state, message },
  ...{ startedAt: null, finishedAt: null, installedDigest: null },
})
const deviation = (type: Deviation['type'], object: string, state: Deviation['state'] = 'open'): Deviation => ({
  ...{ id: object, type, object, layer: null, diff: [], detectedAt: later, action: 'alert', state },
  ...{ message: 'replicas differ', resolvedAt: null },
})

interface Situation {
  reasons?: string[]
  status?: ClusterStatus
  machines?: StoredObject<'Machine'>[]
  heartbeatAt?: string | null
  change?: (cluster: StoredObject<'Cluster'>) => void
}

function factsOf({
  reasons = [],
  status = {},
  machines = [runs],
  heartbeatAt = null,
  change,
}: Situation): ExplainFacts {
  const layers = [
    { name: 'network', layer: 'cni' as const },
    { name: 'hello', layer: 'addon' as const },
  ].map((one) => ({
    ...one,
    ...{ type: 'manifest' as const, tag: '1', version: '1', registryUid: '', packUid: '', values: '', manifests: [] },
  }))
  const cluster: StoredObject<'Cluster'> = {
    kind: 'Cluster',
    meta: meta('demo'),
    spec: {
      ...{ cloudType: 'local', cloudAccountUid: 'a', cloudConfigUid: 'c', cloudConfig: {}, machinePools: [] },
      profiles: [
        {
          ...{ uid: 'infra', name: 'infra', version: '1', type: 'infra', cloudType: 'all' },
          ...{ layers, variables: [], variableValues: {} },
        },
      ],
      ...{ policy: { drift: 'heal', nodes: 'heal' }, clusterConfig: {} },
    },
    status: { state: 'Running', ...status },
    conditions: conditions(reasons),
  }
  change?.(cluster)
  return { cluster, machines, accountName: 'mine', heartbeatAt, now }
}

/** `[what, situation, root cause, what else is a cause, consequences, what the root cause holds besides]` */
const table: [string, Situation, string | null, string[], string[], object][] = [
  ['all is well', {}, null, [], [], {}],
  [
    'a value is missing',
    {
      reasons: [
        'ValuesInvalid: macro zone has no value. Next step: Define macro zone.',
        ...['WaitingForProfile', 'WaitingForInfrastructure', 'WaitingForControlPlane'],
        ...['MachinesWaiting', 'WaitingForAgent', 'SyncUnknown'],
      ],
      machines: [],
    },
    'ProfileResolved',
    [],
    ['InfrastructureReady', 'ControlPlaneReady', 'AgentReady', 'MachinesReady', 'LayersReady', 'InSync'],
    {
      ...{ area: 'profile', message: 'macro zone has no value.', nextStep: 'Define macro zone.' },
      ...{ needsPerson: true, waitsFor: 'a person', since },
    },
  ],
  [
    'a new value is missing while the former state goes on to serve',
    { reasons: ['ValuesInvalid'] },
    'ProfileResolved',
    [],
    [],
    { area: 'profile' },
  ],
  [
    'the account lacks a credential',
    {
      reasons: [
        'AccountMissing',
        'NotObserved: It could not be looked at.',
        'WaitingForControlPlane',
        'WaitingForAgent',
      ],
      machines: [],
      change: (cluster) => {
        for (const one of cluster.conditions)
          if (['ControlPlaneReady', 'MachinesReady'].includes(one.type))
            Object.assign(one, { status: 'Unknown', reason: 'NotObserved' })
      },
    },
    'InfrastructureReady',
    [],
    ['ControlPlaneReady', 'AgentReady', 'MachinesReady', 'LayersReady'],
    { area: 'cloud', needsPerson: true, about: ['Cloud account mine'] },
  ],
  [
    'the quota is reached while the pool grows',
    { reasons: ['QuotaExceeded', 'MachinesProvisioning'] },
    'InfrastructureReady',
    [],
    ['MachinesReady'],
    { area: 'cloud', needsPerson: true },
  ],
  [
    'the cloud does not answer',
    {
      reasons: ['ProviderUnavailable'],
      change: (cluster) => {
        for (const one of cluster.conditions)
          if (['ControlPlaneReady', 'MachinesReady'].includes(one.type))
            Object.assign(one, { status: 'Unknown', reason: 'NotObserved' })
      },
    },
    'InfrastructureReady',
    [],
    ['ControlPlaneReady', 'MachinesReady'],
    { area: 'cloud', needsPerson: false, waitsFor: 'the cloud' },
  ],
  [
    'the control plane starts for the first time',
    {
      reasons: ['ApiServerStarting', 'WaitingForControlPlane', 'MachinesWaiting', 'WaitingForAgent', 'SyncUnknown'],
      machines: [],
    },
    'ControlPlaneReady',
    [],
    ['AgentReady', 'MachinesReady', 'LayersReady', 'InSync'],
    { area: 'controlPlane', needsPerson: false, waitsFor: 'the API server to answer' },
  ],
  [
    'the API server is silent, and so is the agent',
    { reasons: ['ApiServerSilent', 'AgentDisconnected', 'LayersUnknown', 'SyncUnknown'] },
    'ControlPlaneReady',
    [],
    ['AgentReady', 'LayersReady', 'InSync'],
    { area: 'controlPlane' },
  ],
  [
    'the machine under the API server was stopped',
    {
      reasons: ['ApiServerSilent', 'AgentDisconnected', 'ControlPlaneMachineUnhealthy', 'LayersUnknown', 'SyncUnknown'],
      machines: [runs, stopped],
    },
    'MachinesReady',
    [],
    ['ControlPlaneReady', 'AgentReady', 'LayersReady', 'InSync'],
    { area: 'machines', needsPerson: true, since: later, about: ['Machine w-1: it is stopped'] },
  ],
  [
    'the agent was pushed and has not reported',
    { reasons: ['AgentInstalling', 'WaitingForAgent', 'SyncUnknown'] },
    'AgentReady',
    [],
    ['LayersReady', 'InSync'],
    { area: 'agent', waitsFor: 'the agent to report', nextStep: clusterReasons.AgentInstalling.nextStep },
  ],
  [
    'the agent has no machine to run on yet',
    {
      reasons: ['AgentInstalling', 'MachinesProvisioning', 'WaitingForAgent', 'SyncUnknown'],
      machines: [machine('w-0', { state: 'Provisioning' })],
    },
    'MachinesReady',
    [],
    ['AgentReady', 'LayersReady', 'InSync'],
    { area: 'machines', about: ['Machine w-0: Provisioning'] },
  ],
  [
    'the agent is cut off',
    { reasons: ['AgentDisconnected', 'LayersUnknown', 'SyncUnknown'] },
    'AgentReady',
    [],
    ['LayersReady', 'InSync'],
    { area: 'agent', since },
  ],
  [
    'the agent counts as connected and nobody hears it',
    { status: { agent: { connected: true } as NonNullable<ClusterStatus['agent']> }, heartbeatAt: later },
    'AgentReady',
    [],
    [],
    { reason: 'HeartbeatLate', since: later },
  ],
  [
    'a worker is stopped and reported only',
    {
      reasons: ['MachineUnhealthy', 'DeviationOpen'],
      machines: [runs, stopped],
      status: { deviations: [deviation('node', 'Node w-1')] },
    },
    'MachinesReady',
    [],
    ['InSync'],
    { area: 'machines', needsPerson: true, since: later },
  ],
  [
    'nodes wait for their network',
    {
      reasons: ['NodesNotReady', 'LayersInstalling'],
      machines: [machine('w-0', { state: 'Running', nodeReady: false })],
      status: { layers: [layer('network', 'Error', 'no such image'), layer('hello', 'WaitingForOtherLayers')] },
    },
    'LayersReady',
    [],
    ['MachinesReady'],
    { area: 'layers', about: ['Layer network: no such image', 'Layer hello: WaitingForOtherLayers'] },
  ],
  [
    'layers wait for nodes',
    {
      reasons: ['NodesNotReady', 'LayersInstalling'],
      machines: [machine('w-0', { state: 'Running', nodeReady: false })],
      status: { layers: [layer('network', 'Ready'), layer('hello', 'ReadyForInstall')] },
    },
    'MachinesReady',
    [],
    ['LayersReady'],
    { area: 'machines', about: ['Machine w-0: its node is not ready'] },
  ],
  [
    'a layer cannot be installed',
    {
      reasons: ['LayerFailed'],
      status: { layers: [layer('network', 'Ready'), layer('hello', 'Error', 'no such image')] },
    },
    'LayersReady',
    [],
    [],
    { area: 'layers', needsPerson: true, about: ['Layer hello: no such image'] },
  ],
  [
    'a layer waits longer than its limit',
    {
      reasons: ['LayersInstalling'],
      status: {
        layers: [layer('hello', 'ReadyForInstall', 'Deployment web has 0 of 1 pods')],
        progress: { step: 'Layers', message: 'm', since, done: 1, total: 2 },
        failure: {
          reason: 'NoProgress',
          message: `Step Layers waits since ${since}`,
          nextStep: 'Look at layer hello.',
        },
      },
    },
    'LayersReady',
    [],
    [],
    {
      needsPerson: true,
      waitsFor: 'a person',
      message: `Step Layers waits since ${since}`,
      nextStep: 'Look at layer hello.',
    },
  ],
  [
    'something was changed by hand',
    {
      reasons: ['DeviationOpen'],
      status: {
        deviations: [
          deviation('changed', 'apps/v1 Deployment a/web'),
          deviation('deleted', 'v1 ConfigMap a/b', 'repaired'),
        ],
      },
    },
    'InSync',
    [],
    [],
    { area: 'drift', needsPerson: true, since: later, about: ['apps/v1 Deployment a/web: replicas differ'] },
  ],
  [
    'a deviation is being repaired',
    { reasons: ['DeviationHealing'], status: { deviations: [deviation('changed', 'x')] } },
    'InSync',
    [],
    [],
    { needsPerson: false, waitsFor: 'the agent to repair it' },
  ],
  [
    'two things are wrong and have nothing to do with each other',
    { reasons: ['QuotaExceeded', 'LayerFailed', 'DeviationOpen'], status: { deviations: [deviation('changed', 'x')] } },
    'InfrastructureReady',
    ['LayersReady', 'InSync'],
    [],
    {},
  ],
  [
    'nobody has looked at it yet',
    {
      change: (cluster) => {
        cluster.conditions = []
      },
    },
    'Ready',
    [],
    [],
    { area: 'plane', reason: 'NotLookedAt', since },
  ],
  [
    'nobody has looked at the last change',
    {
      change: (cluster) => {
        cluster.meta.generation = 3
      },
    },
    'Ready',
    [],
    [],
    { area: 'plane', since: later, message: 'Revision 3 was declared; revision 2 was looked at last.' },
  ],
  [
    'it is being deleted and the cloud refuses',
    {
      reasons: ['AgentDisconnected', 'DeletionBlocked: the network is in use'],
      status: {
        remaining: [{ kind: 'Network', id: 'n-1', waitingFor: 'its last port' }],
        failure: { reason: 'InUse', message: 'the network is in use', nextStep: 'Remove the port.' },
      },
      change: (cluster) => {
        cluster.meta.deletedAt = later
      },
    },
    'Deleting',
    [],
    [],
    {
      ...{ area: 'deletion', needsPerson: true, nextStep: 'Remove the port.', since: later },
      about: ['Network n-1: its last port'],
    },
  ],
]

describe('the root cause', () => {
  test.each(table)('%s', (_what, situation, root, besides, consequences, holds) => {
    const told = explainCluster(factsOf(situation))
    expect(told.ready).toBe(root === null)
    expect(told.causes.map(({ condition }) => condition)).toEqual(root === null ? [] : [root, ...besides])
    expect(told.consequences.map(({ condition }) => condition)).toEqual(consequences)
    if (root !== null) expect(told.causes[0]).toMatchObject(holds)
  })

  test('the summary names it, and a cluster that only deviates serves', () => {
    const { summary, serves } = explainCluster(factsOf({ reasons: ['DeviationOpen: apps/v1 Deployment a/web'] }))
    expect(serves).toBe(true)
    expect(summary).toBe('Cluster demo serves, but something is not as declared: apps/v1 Deployment a/web')
    expect(explainCluster(factsOf({})).summary).toBe('Cluster demo is ready: all that was checked is as declared.')
  })
})

const reasonsOf = (type: string): string[] =>
  Object.entries(clusterReasons).flatMap(([name, { condition }]) => (condition === type ? [name] : []))

test('whatever is wrong, there is a cause, and every consequence leads to one', () => {
  const reasons = fc.tuple(...explained.map((type) => fc.constantFrom('NotObserved', ...reasonsOf(type))))
  const layers = fc.constantFrom<LayerStatus[][]>(
    [],
    [layer('network', 'Error')],
    [layer('network', 'Ready'), layer('hello', 'Error')],
  )
  const machines = fc.constantFrom<StoredObject<'Machine'>[][]>([], [runs], [stopped], [runs, stopped])
  const deviations = fc.constantFrom<Deviation[][]>([], [deviation('node', 'x')], [deviation('failed-release', 'x')])
  fc.assert(
    fc.property(reasons, layers, machines, deviations, (given, withLayers, withMachines, withDeviations) => {
      const facts = factsOf({ machines: withMachines, status: { layers: withLayers, deviations: withDeviations } })
      for (const [index, type] of explained.entries()) {
        const reason = given[index] as ClusterReason
        const told = facts.cluster.conditions.find((one) => one.type === type)
        Object.assign(told ?? {}, { reason, status: clusterReasons[reason].status })
      }
      const wrong = facts.cluster.conditions.filter(({ type, status }) => explained.includes(type) && status !== 'True')
      const { causes, consequences, ready } = explainCluster(facts)
      expect(ready).toBe(wrong.length === 0)
      expect(causes.length + consequences.length).toBe(wrong.length)
      const follows = new Map(consequences.map((one) => [one.condition, one.follows]))
      for (const { condition } of consequences) {
        let at: string | undefined = condition
        for (let steps = 0; steps <= wrong.length && at !== undefined && follows.has(at); steps += 1)
          at = follows.get(at)
        expect(causes.map((one) => one.condition)).toContain(at)
      }
    }),
    { numRuns: 2_000 },
  )
})
