/** The part of metadata that we read; everything else passes through untouched. */
export interface KubeMetadata {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[]
  managedFields?: ManagedFields[]
  [field: string]: unknown
}

/** What one manager owns of an object. */
export interface ManagedFields {
  manager?: string
  operation?: string
  /** The paths of `fieldsV1` are those of this version. */
  apiVersion?: string
  time?: string
  subresource?: string
  fieldsV1?: unknown
}

/** Any Kubernetes object, as JSON. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: KubeMetadata
  [field: string]: unknown
}

/** Which kind of object. */
export interface KubeType {
  apiVersion: string
  kind: string
}

/** Which object. `namespace` is empty or absent for objects that live in none. */
export interface KubeRef extends KubeType {
  namespace?: string
  name: string
}

export const refOf = (object: KubeObject): KubeRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
})

/** `apps` of `apps/v1`; empty for the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''

/** Identity of an object across API versions: group, kind, namespace, name. Usable as a map key. */
export const keyOf = (ref: KubeRef): string =>
  `${groupOf(ref.apiVersion)}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`

/** How people see it: `apps/v1 Deployment hello/web`. */
export const describeRef = (ref: KubeRef): string =>
  `${ref.apiVersion} ${ref.kind} ${ref.namespace ? `${ref.namespace}/` : ''}${ref.name}`

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a parsed document has what every object needs. */
export const isKubeObject = (value: unknown): value is KubeObject =>
  isRecord(value) &&
  typeof value.apiVersion === 'string' &&
  typeof value.kind === 'string' &&
  isRecord(value.metadata) &&
  typeof value.metadata.name === 'string'
