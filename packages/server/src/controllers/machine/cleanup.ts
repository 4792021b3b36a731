import type { KubeObject } from '@atrium/kube/object.ts'
import type { ClusterAccess } from '../cluster/deps.ts'

interface NodeObject extends KubeObject {
  spec?: { providerID?: string }
}
interface PodObject extends KubeObject {
  spec?: { nodeName?: string }
}

/**
 * Removes what a lost machine left behind in the cluster: its Node object and the pods bound to it, which nobody is left
 * to end. Their controllers then make them anew elsewhere. Repeats change nothing.
 */
export async function clearUpNode(
  access: ClusterAccess,
  machine: { providerId: string; nodeName: string },
): Promise<void> {
  const nodeRef = { apiVersion: 'v1', kind: 'Node', name: machine.nodeName }
  const node = await access.find<NodeObject>(nodeRef)
  // Another machine may have taken the name since: its node and pods are none of ours.
  if (node && node.spec?.providerID !== machine.providerId) return
  if (node?.metadata.uid) await access.delete(nodeRef, { uid: node.metadata.uid })
  const query = { apiVersion: 'v1', kind: 'Pod', fieldSelector: `spec.nodeName=${machine.nodeName}` }
  const pods = await access.list<PodObject>(query)
  for (const pod of pods.items) await forceDelete(access, pod)
}

async function forceDelete(access: ClusterAccess, pod: PodObject): Promise<void> {
  const { name, namespace = '', uid } = pod.metadata
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name }
  await access.delete(ref, { gracePeriodSeconds: 0, ...(uid ? { uid } : {}) })
}
