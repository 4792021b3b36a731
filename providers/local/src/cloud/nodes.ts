import type { Taint } from '@atrium/api/kinds/cluster.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { POWER_LABEL } from './processes.ts'
import { providerIdOf } from './protocol.ts'
import type { MachineRecord } from './records.ts'

export interface NodeObject extends KubeObject {
  spec: {
    providerID?: string
    podCIDR?: string
    podCIDRs?: string[]
    taints?: (Omit<Taint, 'value'> & { value?: string; timeAdded?: string })[]
    unschedulable?: boolean
  }
  status?: {
    conditions?: { type: string; status: string; message?: string }[]
    addresses?: { type: string; address: string }[]
    nodeInfo?: { kubeletVersion?: string }
  }
}

/** Remembers which labels and taints of a node are the machine's, so that one taken off the pool is taken off the node. */
const MANAGED = 'local.atrium.dev/managed'
const CONTROL_PLANE_ROLE = 'node-role.kubernetes.io/control-plane'
const CAPACITY = { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' }
const SLOTS = 32_768

/** Addresses that lead nowhere: whatever is sent to them goes through the egress socket of the cluster. */
export const addressOf = (slot: number): string => `10.${64 + (slot >> 16)}.${(slot >> 8) & 255}.${slot & 255}`

export const nodeIsReady = (node: NodeObject | undefined): boolean =>
  node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false

/** The version that the node itself tells, without a leading `v`; null when it tells none. */
export const kubeletVersionOf = (node: NodeObject | undefined): string | null =>
  node?.status?.nodeInfo?.kubeletVersion?.replace(/^v/, '') || null

/** The labels of a machine's node. */
const labelsOf = (clusterName: string, machine: MachineRecord): Record<string, string> => ({
  ...machine.labels,
  'kubernetes.io/hostname': machine.name,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': process.arch === 'arm64' ? 'arm64' : 'amd64',
  'node.kubernetes.io/instance-type': 'local',
  'topology.kubernetes.io/region': 'local',
  'topology.kubernetes.io/zone': 'local-a',
  'local.atrium.dev/cluster': clusterName,
  'local.atrium.dev/pool': machine.pool,
  ...(machine.isControlPlane ? { [CONTROL_PLANE_ROLE]: '' } : {}),
  ...(machine.power === 'on' ? { [POWER_LABEL]: 'on' } : {}),
})

/** The node a machine registers when it first starts. */
export const newNode = (cluster: { uid: string; name: string }, machine: MachineRecord): NodeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: machine.name,
    labels: labelsOf(cluster.name, machine),
    annotations: { [MANAGED]: managedText(cluster.name, machine) },
  },
  spec: {
    providerID: providerIdOf(cluster.uid, machine.name),
    podCIDR: podCidr(machine.slot),
    podCIDRs: [podCidr(machine.slot)],
    taints: machine.taints,
  },
  status: {
    addresses: [
      { type: 'InternalIP', address: addressOf(machine.slot) },
      { type: 'Hostname', address: machine.name },
    ],
    conditions: [],
    ...{ capacity: CAPACITY, allocatable: CAPACITY, nodeInfo: nodeInfo(machine), daemonEndpoints },
  },
})

const daemonEndpoints = { kubeletEndpoint: { Port: 10250 } }

const podCidr = (slot: number): string => {
  const network = slot % SLOTS
  return `10.${128 + (network >> 8)}.${network & 255}.0/24`
}

const nodeInfo = (machine: MachineRecord): Record<string, string> => ({
  architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
  bootID: machine.name,
  containerRuntimeVersion: 'kwok://0.8.0',
  kernelVersion: 'simulated',
  kubeProxyVersion: `v${machine.kubernetesVersion}`,
  kubeletVersion: `v${machine.kubernetesVersion}`,
  machineID: machine.name,
  operatingSystem: 'linux',
  osImage: 'Atrium simulated machine',
  systemUUID: machine.name,
})

/** A merge patch of the status that makes a node tell its machine's version; null when it does. */
export const statusPatch = (machine: MachineRecord, node: NodeObject): object | null =>
  kubeletVersionOf(node) === machine.kubernetesVersion ? null : { status: { nodeInfo: nodeInfo(machine) } }

interface Managed {
  labels: string[]
  taints: string[]
}

const taintId = (taint: { key: string; effect: string }): string => `${taint.key}:${taint.effect}`

const managedText = (clusterName: string, machine: MachineRecord): string => {
  const managed: Managed = {
    labels: Object.keys(labelsOf(clusterName, machine)).sort(),
    taints: machine.taints.map(taintId).sort(),
  }
  return JSON.stringify(managed)
}

const readManaged = (node: NodeObject): Managed => {
  try {
    return JSON.parse(node.metadata.annotations?.[MANAGED] ?? '') as Managed
  } catch {
    // Edited by somebody: forget what was ours; what should be there is set again below.
    return { labels: [], taints: [] }
  }
}

/**
 * A merge patch that gives a live node the machine's labels, taints and power, and leaves everybody else's alone.
 * Null when nothing differs.
 */
export const nodePatch = (clusterName: string, machine: MachineRecord, node: NodeObject): object | null => {
  const desired = labelsOf(clusterName, machine)
  const managed = readManaged(node)
  const live = node.metadata.labels ?? {}
  const labels: Record<string, string | null> = {}
  for (const name of new Set([...managed.labels, POWER_LABEL]))
    if (!(name in desired) && name in live) labels[name] = null
  for (const [name, value] of Object.entries(desired)) if (live[name] !== value) labels[name] = value
  const ours = new Set([...managed.taints, ...machine.taints.map(taintId)])
  const liveTaints = node.spec.taints ?? []
  const taints = [...liveTaints.filter((taint) => !ours.has(taintId(taint))), ...machine.taints]
  const annotation = managedText(clusterName, machine)
  const taintsDiffer = !sameTaints(liveTaints, taints)
  if (Object.keys(labels).length === 0 && !taintsDiffer && node.metadata.annotations?.[MANAGED] === annotation)
    return null
  return {
    metadata: { labels, annotations: { [MANAGED]: annotation }, resourceVersion: node.metadata.resourceVersion },
    ...(taintsDiffer ? { spec: { taints } } : {}),
  }
}

const sameTaints = (a: readonly object[], b: readonly object[]): boolean => {
  const texts = (taints: readonly object[]): string =>
    taints
      .map((taint) => {
        const { key, value, effect } = taint as Taint
        return `${key}=${value ?? ''}:${effect}`
      })
      .sort()
      .join()
  return texts(a) === texts(b)
}
