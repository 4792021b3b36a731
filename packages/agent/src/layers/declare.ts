import type { KubeClient } from '@atrium/kube/client.ts'
import { KindNotServedError } from '@atrium/kube/errors.ts'
import { isRecord, type KubeObject } from '@atrium/kube/object.ts'
import { HELM_MANAGER } from '../names.ts'
import type { ReleaseName } from './helm.ts'
import type { DeclaredObject } from './records.ts'

const POLICY = 'helm.sh/resource-policy'

/** Goes away by itself when it is done: its absence is no deviation. */
export const isTransient = (object: KubeObject): boolean =>
  object.kind === 'Job' && isRecord(object.spec) && object.spec.ttlSecondsAfterFinished !== undefined

export const isKept = (object: KubeObject): boolean => object.metadata.annotations?.[POLICY] === 'keep'

/** Puts objects that name no namespace into `namespace` where their kind lives in one. */
export async function placed(client: KubeClient, object: KubeObject, namespace: string): Promise<KubeObject> {
  const namespaced = await isNamespaced(client, object)
  const { namespace: given, ...metadata } = object.metadata
  return namespaced ? { ...object, metadata: { ...metadata, namespace: given || namespace } } : { ...object, metadata }
}

/** A kind that is not served yet is taken for a namespaced one unless its object says otherwise by naming none: most are. */
async function isNamespaced(client: KubeClient, object: KubeObject): Promise<boolean> {
  try {
    return (await client.mapper.resolve(object)).namespaced
  } catch (error) {
    if (error instanceof KindNotServedError) return true
    throw error
  }
}

/**
 * An object of a release as helm applied it: helm adds its label and annotations on the way, and applying without
 * them, as helm, would take them away.
 */
export const asHelmApplied = (object: KubeObject, release: ReleaseName): DeclaredObject => ({
  object: {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...object.metadata.annotations,
        'meta.helm.sh/release-name': release.name,
        'meta.helm.sh/release-namespace': release.namespace,
      },
    },
  },
  manager: HELM_MANAGER,
  keep: isKept(object),
  adopted: false,
})
