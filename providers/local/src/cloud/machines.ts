import type { KubeClient } from '@atrium/kube/client.ts'
import { isAlreadyExists, isConflict, isNotFound, KubeError } from '@atrium/kube/errors.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Cache } from './cache.ts'
import { addressOf, kubeletVersionOf, type NodeObject, newNode, nodeIsReady, nodePatch, statusPatch } from './nodes.ts'
import type { PodObject } from './pods/pod.ts'
import { type MachineView, providerIdOf } from './protocol.ts'
import type { ClusterFiles, MachineRecord } from './records.ts'

/** How long pods may take to leave a machine that is asked to go; then it goes with what is on it. */
const DRAIN_MS = 20_000

export interface MachineDeps {
  clock: Clock
  client: KubeClient
  files: ClusterFiles
  nodes: Cache<NodeObject>
  pods: Cache<PodObject>
  /** By machine that leaves: what its drain waits for. */
  drains: Map<string, string>
}

/** Brings nodes to what the machine records say. True when something is still on its way, so that it is looked at again. */
export const keepNodes = async (deps: MachineDeps): Promise<boolean> => {
  const { files } = deps
  let underWay = false
  for (const machine of [...files.machines.values()]) {
    if (machine.life === 'present') await keepNode(machine, deps)
    else if (machine.life === 'terminated') await removeNode(machine.name, deps)
    else underWay = !(await drained(machine, deps)) || underWay
  }
  for (const node of deps.nodes.all())
    if (!files.machines.has(node.metadata.name) && isOurs(node, files.cluster.uid))
      await removeNode(node.metadata.name, deps)
  return underWay
}

const isOurs = (node: NodeObject, uid: string): boolean =>
  node.spec.providerID?.startsWith(providerIdOf(uid, '')) ?? false

const keepNode = async (machine: MachineRecord, deps: MachineDeps): Promise<void> => {
  const { client, files, nodes } = deps
  const node = nodes.get(machine.name)
  try {
    if (node === undefined) {
      if (machine.power === 'on') await client.create(newNode(files.cluster, machine))
      return
    }
    const patch = nodePatch(files.cluster.name, machine, node)
    if (patch !== null) await client.patch(nodeRef(machine.name), patch, { type: 'merge' })
    const status = statusPatch(machine, node)
    if (status !== null) await client.patch(nodeRef(machine.name), status, { type: 'merge', subresource: 'status' })
  } catch (error) {
    // Somebody else wrote it meanwhile: the watch brings the new state and with it another look.
    if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error
  }
}

const nodeRef = (name: string): { apiVersion: string; kind: string; name: string } => ({
  apiVersion: 'v1',
  kind: 'Node',
  name,
})

/** The node goes at once, and so do its pods: nobody is left to end them, and Kubernetes itself would wait a minute. */
const removeNode = async (name: string, { client, nodes, pods }: MachineDeps): Promise<void> => {
  if (nodes.get(name) !== undefined) await client.delete(nodeRef(name))
  for (const pod of pods.all())
    if (pod.spec.nodeName === name)
      await client.delete(podRef(pod), {
        gracePeriodSeconds: 0,
        ...(pod.metadata.uid ? { uid: pod.metadata.uid } : {}),
      })
}

const podRef = (pod: PodObject): { apiVersion: string; kind: string; namespace: string; name: string } => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: pod.metadata.namespace ?? '',
  name: pod.metadata.name,
})

/** Lets the pods of a leaving machine go elsewhere first. True once the machine is gone. */
const drained = async (machine: MachineRecord, deps: MachineDeps): Promise<boolean> => {
  const { client, clock, files } = deps
  const node = deps.nodes.get(machine.name)
  const remaining = deps.pods.all().filter((pod) => pod.spec.nodeName === machine.name && mustLeave(pod))
  const outOfTime = clock.now() - Date.parse(machine.leavingSince) > DRAIN_MS
  if (node !== undefined && nodeIsReady(node) && remaining.length > 0 && !outOfTime) {
    if (node.spec.unschedulable !== true)
      await client.patch(nodeRef(machine.name), { spec: { unschedulable: true } }, { type: 'merge' })
    const held: string[] = []
    for (const pod of remaining) {
      const refusal = pod.metadata.deletionTimestamp === undefined ? await evict(pod, client) : null
      if (refusal !== null) held.push(`${pod.metadata.namespace}/${pod.metadata.name}: ${refusal}`)
    }
    deps.drains.set(machine.name, drainWords(machine, remaining.length, held))
    return false
  }
  await removeNode(machine.name, deps)
  files.removeMachine(machine.name)
  deps.drains.delete(machine.name)
  return true
}

const drainWords = (machine: MachineRecord, pods: number, held: readonly string[]): string => {
  const count = pods === 1 ? 'one pod leaves' : `${pods} pods leave`
  if (held.length === 0) return `${count} for other machines`
  const until = new Date(Date.parse(machine.leavingSince) + DRAIN_MS).toISOString()
  const more = held.length > 1 ? ` and ${held.length - 1} more` : ''
  return `${count} for other machines, of which a disruption budget holds ${held[0]}${more}; it goes with what is on it at ${until}`
}

const mustLeave = (pod: PodObject): boolean =>
  pod.status?.phase !== 'Succeeded' &&
  pod.status?.phase !== 'Failed' &&
  !(pod.metadata.ownerReferences ?? []).some((owner) => owner.kind === 'DaemonSet')

/** Null when it was accepted; else why it may not go yet. */
const evict = async (pod: PodObject, client: KubeClient): Promise<string | null> => {
  const { name, namespace = '' } = pod.metadata
  try {
    await client.transport.json({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
    })
  } catch (error) {
    // 429: a disruption budget holds it for now; the drain has a limit of its own.
    if (error instanceof KubeError && error.status === 429)
      return error.causes.map(({ message }) => message).find(Boolean) ?? error.message
    if (!isNotFound(error)) throw error
  }
  return null
}

/** What the cloud tells about a machine. `nodes` is null while the API server does not answer. */
export const viewMachine = (
  machine: MachineRecord,
  clusterUid: string,
  nodes: Cache<NodeObject> | null,
  waitingFor: string,
  drain?: string,
): MachineView => {
  const { name, pool, ordinal, isControlPlane, labels, taints } = machine
  const node = nodes?.get(name)
  const ready = nodeIsReady(node)
  // What its node tells is the truth; before there is one, what it was made as.
  const kubernetesVersion = kubeletVersionOf(node) ?? machine.kubernetesVersion
  return {
    ...{ name, pool, ordinal, isControlPlane, kubernetesVersion, labels, taints },
    providerId: providerIdOf(clusterUid, name),
    addresses: [addressOf(machine.slot)],
    ...phaseOf(machine, ready, machine.life === 'draining' ? (drain ?? '') : waitingFor),
  }
}

const phaseOf = (
  machine: MachineRecord,
  ready: boolean,
  waitingFor: string,
): Pick<MachineView, 'phase' | 'message'> => {
  if (machine.life === 'terminated') return { phase: 'terminated', message: 'the machine was terminated in the cloud' }
  if (machine.life === 'draining')
    return { phase: 'deleting', message: waitingFor || 'its pods move to other machines' }
  if (machine.power === 'off') return { phase: 'stopped', message: 'the machine is stopped in the cloud' }
  if (ready) return { phase: 'running', message: '' }
  return { phase: 'starting', message: waitingFor || 'its node is not Ready yet' }
}

/** Marks a machine as leaving; once more changes nothing. */
export const beginDrain = (machine: MachineRecord, clock: Clock): MachineRecord =>
  machine.life === 'draining' ? machine : { ...machine, life: 'draining', leavingSince: isoNow(clock) }

/** A control plane runs while more than half of its machines are on; without machine records it runs. */
export const hasQuorum = (machines: Iterable<MachineRecord>): boolean => {
  const members = [...machines].filter((machine) => machine.isControlPlane && machine.life !== 'terminated')
  const on = members.filter((machine) => machine.power === 'on').length
  return members.length === 0 || on * 2 > members.length
}
