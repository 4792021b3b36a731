import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { KubeClient } from '@atrium/kube/client.ts'
import { parseQuantity } from '@atrium/kube/quantity.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { hasCode } from '@atrium/runtime/base/files.ts'
import type { Cache } from './cache.ts'
import { METRICS_HOST } from './certificates.ts'
import { matchesSelector } from './label-selector.ts'
import type { Target } from './listener.ts'
import { type NodeObject, nodeIsReady } from './nodes.ts'
import type { PodObject } from './pods/pod.ts'

/** Where the aggregator is sent for `metrics.k8s.io`: a name that only the egress socket knows. */
export const METRICS_TARGET = 'metrics.local.atrium.internal'
const GROUP = 'metrics.k8s.io'
const VERSION = `${GROUP}/v1beta1`

/** Registers the metrics API, unless somebody else already serves it. */
export const registerMetrics = async (client: KubeClient, caPem: string): Promise<void> => {
  const [name = '', namespace = ''] = METRICS_HOST.split('.')
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace } }
  const apiService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `v1beta1.${GROUP}` },
  }
  if ((await client.find({ ...apiService, name: apiService.metadata.name })) !== null) return
  // Without endpoints to wait for, so that it is available from the first moment.
  await client.apply(
    { ...service, spec: { type: 'ExternalName', externalName: METRICS_TARGET, ports: [{ name: 'https', port: 443 }] } },
    { fieldManager: 'atrium-cloud-local', force: true },
  )
  await client.create({
    ...apiService,
    spec: {
      ...{ group: GROUP, version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
      service: { name, namespace, port: 443 },
      caBundle: Buffer.from(caPem).toString('base64'),
    },
  })
}

export interface MetricsSource {
  clock: Clock
  nodes: Cache<NodeObject>
  pods: Cache<PodObject>
}

interface Usage {
  cores: number
  bytes: number
}

/** Simulated machines use a share of what their pods ask for; pods that are processes report their real memory. */
const BASE: Usage = { cores: 0.05, bytes: 512 * 2 ** 20 }
const LEAST: Usage = { cores: 0.001, bytes: 16 * 2 ** 20 }
const CPU_SHARE = 0.1
const MEMORY_SHARE = 0.5

/** Answers the requests of `metrics.k8s.io/v1beta1`. */
export const answerMetrics = (source: MetricsSource, target: Target, response: ServerResponse): void => {
  const body = route(source, target)
  response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body ?? notFound(target.segments)))
}

const notFound = (segments: string[]): object => ({
  ...{ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 },
  message: `no metrics at /${segments.join('/')}`,
})

const route = (source: MetricsSource, { segments, query }: Target): object | null => {
  const selector = query.get('labelSelector') ?? ''
  const selects = (object: { metadata: { labels?: Record<string, string> } }): boolean =>
    matchesSelector(object.metadata.labels ?? {}, selector)
  const [first, second, third, fourth] = segments.slice(3)
  const nodes = (): object[] =>
    source.nodes
      .all()
      .filter(nodeIsReady)
      .filter(selects)
      .map((node) => nodeMetrics(source, node))
  const pods = (namespace?: string, name?: string): object[] =>
    source.pods
      .all()
      .filter((pod) => pod.status?.phase === 'Running')
      .filter((pod) => namespace === undefined || pod.metadata.namespace === namespace)
      .filter((pod) => name === undefined || pod.metadata.name === name)
      .filter(selects)
      .map((pod) => podMetrics(source, pod))
  if (segments.slice(0, 3).join('/') !== `apis/${VERSION}`) return null
  if (first === undefined) return resources
  if (first === 'nodes' && second === undefined) return list('NodeMetricsList', nodes())
  if (first === 'nodes') return one(source.nodes.get(second ?? ''), (node) => nodeMetrics(source, node))
  if (first === 'pods') return list('PodMetricsList', pods())
  if (first !== 'namespaces' || third !== 'pods') return null
  return fourth === undefined ? list('PodMetricsList', pods(second)) : one(pods(second, fourth)[0], (pod) => pod)
}

const one = <T>(found: T | undefined, view: (found: T) => object): object | null =>
  found === undefined ? null : view(found)

const list = (kind: string, items: object[]): object => ({ kind, apiVersion: VERSION, metadata: {}, items })

const resource = (name: string, kind: string, namespaced: boolean): object => ({
  ...{ name, singularName: '', namespaced, kind },
  verbs: ['get', 'list'],
})

const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: VERSION,
  resources: [resource('nodes', 'NodeMetrics', false), resource('pods', 'PodMetrics', true)],
}

const nodeMetrics = (source: MetricsSource, node: NodeObject): object => {
  const onNode = source.pods.all().filter((pod) => pod.spec.nodeName === node.metadata.name && isRunning(pod))
  const usage = onNode.flatMap(podUsage).reduce((sum, { usage: more }) => add(sum, more), BASE)
  const { name, labels } = node.metadata
  return { ...head('NodeMetrics', { name, labels }, source.clock), usage: written(usage) }
}

const podMetrics = (source: MetricsSource, pod: PodObject): object => {
  const { name, namespace, labels } = pod.metadata
  const containers = podUsage(pod).map(({ name: container, usage }) => ({ name: container, usage: written(usage) }))
  return { ...head('PodMetrics', { name, namespace, labels }, source.clock), containers }
}

const isRunning = (pod: PodObject): boolean => pod.status?.phase === 'Running'

const head = (kind: string, metadata: object, clock: Clock): object => {
  const now = isoNow(clock)
  return { kind, apiVersion: VERSION, metadata: { ...metadata, creationTimestamp: now }, timestamp: now, window: '15s' }
}

const podUsage = (pod: PodObject): { name: string; usage: Usage }[] =>
  pod.spec.containers.map(({ name, resources: { requests = {} } = {} }) => {
    const bytes = processMemory(pod, name)
    return {
      name,
      usage: {
        cores: Math.max(LEAST.cores, (parseQuantity(requests.cpu) ?? 0) * CPU_SHARE),
        bytes: bytes ?? Math.max(LEAST.bytes, (parseQuantity(requests.memory) ?? 0) * MEMORY_SHARE),
      },
    }
  })

const PAGE_BYTES = 4096

/** Resident memory of a container that is a process of this machine; null otherwise. */
const processMemory = (pod: PodObject, container: string): number | null => {
  const id = pod.status?.containerStatuses?.find(({ name }) => name === container)?.containerID
  const pid = /^process:\/\/(\d+)$/.exec(id ?? '')?.[1]
  if (pid === undefined || process.platform !== 'linux') return null
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return null
    throw error
  }
}

const add = (a: Usage, b: Usage): Usage => ({ cores: a.cores + b.cores, bytes: a.bytes + b.bytes })
const written = ({ cores, bytes }: Usage): { cpu: string; memory: string } => ({
  cpu: `${Math.round(cores * 1e9)}n`,
  memory: `${Math.round(bytes / 1024)}Ki`,
})
