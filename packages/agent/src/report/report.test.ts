import { type LayerReport, linkLimits, type NodeReport } from '@atrium/api/link/protocol.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { expect, test } from 'vitest'
import { boundState, bytesOf } from './bounds.ts'
import { EventBuffer, type EventItem, toEventItem } from './events.ts'
import { judgeHealth } from './health.ts'
import { capacityOf, reportNode, usageOf } from './nodes.ts'

const node = (status: string, reason: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { providerID: 'cloud://n1' },
  status: {
    conditions: [{ type: 'Ready', status, reason, message: 'm', lastTransitionTime: '2026-01-02T00:00:00Z' }],
    capacity: { cpu: '2', memory: '4Gi' },
  },
})
const layer = (state: LayerReport['state']): LayerReport => ({
  id: `p/${state}`,
  state,
  message: 'm',
  startedAt: null,
  finishedAt: null,
  installedDigest: null,
})

test('nodes: ready or since when not, capacity and usage in plain numbers', () => {
  expect(reportNode(node('True', 'KubeletReady'))).toMatchObject({
    ready: true,
    notReadySince: null,
    providerId: 'cloud://n1',
  })
  expect(reportNode(node('Unknown', 'NodeStatusUnknown'))).toMatchObject({
    ready: false,
    notReadySince: '2026-01-02T00:00:00Z',
    message: 'NodeStatusUnknown: m',
  })
  expect(reportNode({ ...node('True', ''), status: {} })).toMatchObject({
    ready: false,
    notReadySince: '2026-01-01T00:00:00Z',
  })
  expect(capacityOf([node('True', ''), node('True', '')])).toEqual({ cpuCores: 4, memoryBytes: 8 * 2 ** 30 })
  const usage = {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: { name: 'n1' },
    usage: { cpu: '250m', memory: '1Gi' },
  }
  expect(usageOf([usage])).toEqual({ cpuCores: 0.25, memoryBytes: 2 ** 30 })
})

test('health: problems first, then what is still to come, then well', () => {
  const facts = { nodes: [] as NodeReport[], openDeviations: 0, removals: [], intakeProblem: null }
  const judge = (more: object) => judgeHealth({ ...facts, layers: [layer('Ready')], ...more })
  expect(judge({})).toEqual({ state: 'Healthy', message: '0 nodes and 1 layers are ready' })
  expect(judge({ layers: null }).state).toBe('Unknown')
  expect(judge({ layers: [layer('Ready'), layer('ReadyForInstall')] }).state).toBe('Unknown')
  expect(judge({ layers: [layer('Error'), layer('ReadyForInstall')] })).toMatchObject({
    state: 'UnHealthy',
    message: 'layer p/Error: m',
  })
  expect(judge({ nodes: [reportNode(node('False', 'Down'))] }).message).toContain('node n1 is not ready (Down: m)')
  expect(judge({ removals: [{ layer: 'p/old', problem: 'held' }] })).toMatchObject({
    state: 'UnHealthy',
    message: 'p/old: held',
  })
  expect(judge({ intakeProblem: 'cannot be fetched' })).toEqual({ state: 'UnHealthy', message: 'cannot be fetched' })
  expect(judge({ removals: [{ layer: 'p/old', problem: null }] })).toMatchObject({
    state: 'Unknown',
    message: 'still being removed: p/old',
  })
  expect(judge({ openDeviations: 2 }).message).toContain('2 deviations are open')
})

const event = (uid: string, count: number, type = 'Normal'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: uid, uid, namespace: 'a' },
  type,
  count,
  reason: 'Pulled',
  message: 'x'.repeat(5_000),
  involvedObject: { kind: 'Pod', namespace: 'a', name: 'web' },
  lastTimestamp: '2026-01-01T00:00:00Z',
  source: { component: 'kubelet' },
})

test('a repeated event is told when its count doubles, and never at full length', () => {
  const told = new Set(Array.from({ length: 1_000 }, (_, i) => toEventItem(event('u', i + 1)).id))
  expect(told.size).toBe(10)
  const item = toEventItem(event('u', 4, 'Warning'))
  expect(item).toMatchObject({
    severity: 'Warning',
    involved: 'Pod a/web',
    source: 'kubelet',
    at: '2026-01-01T00:00:00Z',
  })
  expect(item.message.length).toBeLessThanOrEqual(1_024)
  expect(item.message).toContain('(4 times)')
})

test('the largest state fits into one message: messages are cut first, and nodes that are not ready stay longest', () => {
  const nodes = (count: number, chars: number): NodeReport[] =>
    Array.from({ length: count }, (_, index) => ({
      ...reportNode(node(index % 2 === 0 ? 'True' : 'False', 'x')),
      name: `node-${index}`.padEnd(chars, 'n'),
      message: 'ü'.repeat(500),
    }))
  const layers = Array.from({ length: 200 }, () => ({ ...layer('Error'), message: '界'.repeat(1_000) }))
  const reporting = (list: NodeReport[]): Parameters<typeof boundState>[0] => ({
    type: 'state',
    ...{ applied: null, working: null, layers, health: { state: 'Unknown' as const, message: '' } },
    ...{ nodes: list, kubernetesVersion: 'v1' },
    metrics: {
      ...{ cpuCoresTotal: 0, cpuCoresUsed: 0, memoryBytesTotal: 0, memoryBytesUsed: 0 },
      ...{ nodesTotal: list.length, nodesReady: 0, podsTotal: 0, podsRunning: 0 },
    },
  })
  const all = boundState(reporting(nodes(4_000, 20)))
  expect(all.nodes).toHaveLength(4_000)
  const some = boundState(reporting(nodes(5_000, 250)))
  expect(some.nodes.length).toBeLessThan(5_000)
  expect(some.nodes.filter((one) => !one.ready)).toHaveLength(2_500)
  expect(some.metrics.nodesTotal).toBe(5_000)
  for (const state of [all, some]) expect(bytesOf(state)).toBeLessThan(linkLimits.messageBytes)
  const small = reporting(nodes(3, 20))
  expect(boundState(small)).toEqual(small)
})

test('events that are told together are bounded in bytes too', () => {
  const buffer = new EventBuffer()
  const long = { ...toEventItem(event('u', 1)), message: '界'.repeat(1_024), involved: '界'.repeat(512) }
  for (let i = 0; i < 400; i++) buffer.add({ ...long, id: `${i}` })
  const batches: EventItem[][] = []
  for (let second = 0; batches.flat().length < 400; second++) batches.push(buffer.take(second * 1_000))
  for (const batch of batches) expect(bytesOf(batch)).toBeLessThan(linkLimits.messageBytes)
  expect(new Set(batches.flat().map((item) => item.id)).size).toBe(400)
})

test('the buffer tells each event once, at a bounded rate, and drops chatter before warnings', () => {
  const buffer = new EventBuffer()
  const item = (id: string, severity: EventItem['severity']): EventItem => ({
    ...toEventItem(event(id, 1)),
    id,
    severity,
  })
  for (let i = 0; i < 1_000; i++) buffer.add(item(`i${i}`, 'Info'))
  for (let i = 0; i < 50; i++) buffer.add(item(`w${i}`, 'Warning'))
  buffer.add(item('w0', 'Warning'))
  expect(buffer.dropped).toBe(550)
  const first = buffer.take(0)
  expect(first).toHaveLength(200)
  expect(first.filter((one) => one.severity === 'Warning')).toHaveLength(50)
  expect(buffer.take(0)).toHaveLength(0)
  expect(buffer.take(1_000)).toHaveLength(10)
})
