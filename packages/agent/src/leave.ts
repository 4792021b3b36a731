import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject, KubeRef } from '@atrium/kube/object.ts'

const AGENT = 'atrium-agent'
const ENROLMENT = 'atrium-agent-enrolment'

/**
 * Removes the agent from its cluster, and nothing else: what it installed stays. Its namespace goes with the process that runs
 * this, so what lies outside of it is made to go with the namespace first. Repeats change nothing.
 */
export async function leaveCluster(client: Pick<KubeClient, 'find' | 'patch' | 'delete'>, namespace: string) {
  const ref: KubeRef = { apiVersion: 'v1', kind: 'Namespace', name: namespace }
  const found = await client.find(ref)
  const uid = found?.metadata.uid
  if (!uid) return
  for (const kind of ['ClusterRoleBinding', 'ClusterRole']) {
    const own: KubeRef = { apiVersion: 'rbac.authorization.k8s.io/v1', kind, name: AGENT }
    if (await client.find<KubeObject>(own))
      await client.patch(own, { metadata: { ownerReferences: [{ ...ref, uid }] } }, { type: 'merge' })
  }
  await client.delete(ref, { uid })
  // A manifest applied before the namespace is gone would go with it, unnoticed: to make this one anew is refused, and kubectl says so.
  await client.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name: ENROLMENT })
}
