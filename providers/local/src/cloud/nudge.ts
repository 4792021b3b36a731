import type { KubeClient } from '@atrium/kube/client.ts'
import { isNotFound } from '@atrium/kube/errors.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Cache } from './cache.ts'
import { type NodeObject, nodeIsReady } from './nodes.ts'
import { isRunnable } from './pods/images.ts'
import type { PodObject } from './pods/pod.ts'
import type { PodImage } from './protocol.ts'

/** kwok does what it does within a second or two. */
const PATIENCE_MS = 3_000
const NUDGED = 'local.atrium.dev/nudged'

export interface NudgerDeps {
  clock: Clock
  client: Pick<KubeClient, 'patch'>
  nodes: Cache<NodeObject>
  pods: Cache<PodObject>
  /** Pods of these are the pod runner's. */
  images: readonly PodImage[]
}

/**
 * Touches pods that kwok has forgotten. One that is started while its nodes exist already may take their pods over before
 * it has seen them, and then leaves each as it is until it changes (seen after kill -9 of etcd: the pods of a DaemonSet
 * stayed not ready for ever).
 */
export class PodNudger {
  readonly #deps: NudgerDeps
  /** By uid: the version that was found unfinished, and when. */
  readonly #unfinished = new Map<string, { version: string; since: number }>()

  constructor(deps: NudgerDeps) {
    this.#deps = deps
  }

  /** True while some pod is unfinished, so that it is looked at again soon. */
  async look(): Promise<boolean> {
    const { clock, images, nodes, pods } = this.#deps
    const unfinished = pods.all().filter((pod) => isUnfinished(pod) && !isRunnable(pod, images))
    const waiting = unfinished.filter((pod) => nodeIsReady(nodes.get(pod.spec.nodeName ?? '')))
    const uids = new Set(waiting.map(({ metadata }) => metadata.uid))
    for (const uid of this.#unfinished.keys()) if (!uids.has(uid)) this.#unfinished.delete(uid)
    for (const pod of waiting) {
      const { uid = '', resourceVersion: version = '' } = pod.metadata
      const known = this.#unfinished.get(uid)
      if (known?.version !== version) this.#unfinished.set(uid, { version, since: clock.now() })
      else if (clock.now() - known.since >= PATIENCE_MS) await this.#touch(pod)
    }
    return waiting.length > 0
  }

  async #touch({ metadata }: PodObject): Promise<void> {
    const { client, clock } = this.#deps
    const { name, namespace = '' } = metadata
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name }
    try {
      await client.patch(ref, { metadata: { annotations: { [NUDGED]: isoNow(clock) } } }, { type: 'merge' })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
}

/** Whether one of kwok's stages applies: to be started, to be ready again, to complete, or to go. */
export function isUnfinished({ metadata, spec, status }: PodObject): boolean {
  if (!spec.nodeName) return false
  if (metadata.deletionTimestamp) return (metadata.finalizers ?? []).length === 0
  if (!status?.startTime) return status?.phase !== 'Failed' && status?.phase !== 'Succeeded'
  if (status.phase !== 'Running') return false
  const restarts = spec.restartPolicy === undefined || spec.restartPolicy === 'Always'
  return !restarts || (status.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'False')
}
