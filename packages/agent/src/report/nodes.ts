import type { NodeReport } from '@atrium/api/link/protocol.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { parseQuantity } from '@atrium/kube/quantity.ts'
import { Fields } from '@atrium/kube/readiness-rule.ts'

/** Of a node that is not ready; one that is ready needs no words: 5,000 of them go into one message of 1 MiB. */
const MESSAGE_CHARS = 500

/** A node as its kubelet (or the controller that misses it) describes it. Pure. */
export function reportNode(node: KubeObject): NodeReport {
  const status = new Fields(node.status)
  const condition = status.list('conditions').find((one) => one.text('type') === 'Ready')
  const ready = condition?.text('status') === 'True'
  const message = [condition?.text('reason'), condition?.text('message')].filter(Boolean).join(': ')
  return {
    name: node.metadata.name,
    providerId: new Fields(node.spec).text('providerID'),
    ready,
    message: ready ? '' : (message || 'its kubelet has not reported yet').slice(0, MESSAGE_CHARS),
    ...(new Fields(node.spec).flag('unschedulable') && { unschedulable: true }),
    notReadySince: ready ? null : condition?.text('lastTransitionTime') || (node.metadata.creationTimestamp ?? null),
  }
}

/** What all nodes can give to pods. */
export function capacityOf(nodes: readonly KubeObject[]): { cpuCores: number; memoryBytes: number } {
  const sum = { cpuCores: 0, memoryBytes: 0 }
  for (const node of nodes) {
    const capacity = new Fields(node.status).in('capacity')
    sum.cpuCores += parseQuantity(capacity.text('cpu')) ?? 0
    sum.memoryBytes += parseQuantity(capacity.text('memory')) ?? 0
  }
  return sum
}

/** Sum over `metrics.k8s.io` node metrics. */
export function usageOf(metrics: readonly KubeObject[]): { cpuCores: number; memoryBytes: number } {
  const sum = { cpuCores: 0, memoryBytes: 0 }
  for (const item of metrics) {
    const usage = new Fields(item.usage)
    sum.cpuCores += parseQuantity(usage.text('cpu')) ?? 0
    sum.memoryBytes += parseQuantity(usage.text('memory')) ?? 0
  }
  return sum
}
