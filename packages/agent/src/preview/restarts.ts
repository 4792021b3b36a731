import { isRecord, type KubeObject } from '@atrium/kube/object.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'

type Fields = Record<string, unknown>

/** How a change replaces the pods of a workload, for people; empty when it does not. Both forms are the server's. Pure. */
export function restartsOf(live: KubeObject, desired: KubeObject): string {
  const [before, after] = [specOf(live), specOf(desired)]
  if (sameJson(before.template, after.template)) return ''
  switch (live.kind) {
    case 'Deployment':
      if (after.replicas === 0) return ''
      return kindOf(after.strategy) === 'Recreate'
        ? 'all pods stop before new ones start (strategy Recreate)'
        : 'pods are replaced step by step (strategy RollingUpdate)'
    case 'StatefulSet':
    case 'DaemonSet':
      if (after.replicas === 0) return ''
      return kindOf(after.updateStrategy) === 'OnDelete'
        ? 'pods are replaced once somebody deletes them (strategy OnDelete)'
        : 'pods are replaced one after another (strategy RollingUpdate)'
    default:
      // Jobs cannot be changed, and CronJobs change what comes next.
      return ''
  }
}

const specOf = ({ spec }: KubeObject): Fields => (isRecord(spec) ? spec : {})
const kindOf = (strategy: unknown): unknown => (isRecord(strategy) ? strategy.type : undefined)
