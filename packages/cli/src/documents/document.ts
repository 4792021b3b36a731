/** First line of every document. */
export const apiVersion = 'atrium.dev/v1'

/** Kinds of documents, in the order they depend on each other. */
export const documentKinds = [
  'Project',
  'Role',
  'User',
  'Team',
  'Macro',
  'CloudAccount',
  'ClusterProfile',
  'Cluster',
] as const
export type DocumentKind = (typeof documentKinds)[number]

/** Kinds that no project holds. */
export const isOfTenant = (kind: DocumentKind): boolean => ['Project', 'Role', 'User', 'Team'].includes(kind)

export interface DocumentMetadata {
  name: string
  /** Name of the project; absent = the one worked in. */
  project?: string
  /** `tenant`: of no project, for all of them. */
  scope?: 'tenant'
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** What is wanted of one object. `S` is the spec of its kind. */
export interface AtriumDocument<S extends object = Record<string, unknown>> {
  apiVersion: typeof apiVersion
  kind: DocumentKind
  metadata: DocumentMetadata
  spec: S
}

/** A document, and where a person finds it: `cluster.yaml, document 2`. */
export interface PlacedDocument {
  document: AtriumDocument
  place: string
}

/** Stands for what is secret: in an export, and in a document for "as it is". */
export const maskedValue = '********'

/** As messages and results name it. Versions of a profile are objects of their own. */
export function idOf({ kind, metadata, spec }: AtriumDocument): string {
  const version = kind === 'ClusterProfile' ? `@${String(spec['version'])}` : ''
  return `${kind.toLowerCase()}/${metadata.name}${version}`
}

/** The same for two documents of one object. */
export const identityOf = (document: AtriumDocument): string =>
  JSON.stringify([idOf(document), document.metadata.scope ?? document.metadata.project ?? null])
