import type { KubeClient } from './client.ts'
import { KindNotServedError } from './errors.ts'
import { groupOf, isRecord, type KubeObject } from './object.ts'

/** Whether a HorizontalPodAutoscaler decides how many replicas this workload has. */
export async function isAutoscaled(client: KubeClient, workload: KubeObject, signal?: AbortSignal): Promise<boolean> {
  const query = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }
  try {
    const { items } = await client.list({
      ...{ ...query, namespace: workload.metadata.namespace ?? '' },
      ...(signal ? { signal } : {}),
    })
    return items.some((scaler) => isTarget(scaler, workload))
  } catch (error) {
    if (error instanceof KindNotServedError) return false
    throw error
  }
}

function isTarget(scaler: KubeObject, workload: KubeObject): boolean {
  const target = isRecord(scaler.spec) ? scaler.spec.scaleTargetRef : null
  return (
    isRecord(target) &&
    target.kind === workload.kind &&
    target.name === workload.metadata.name &&
    groupOf(String(target.apiVersion ?? '')) === groupOf(workload.apiVersion)
  )
}
