import type { Client } from '@atrium/client/client.ts'
import { listProjects } from '../platform/projects.ts'
import { clientIn, type Server } from '../platform/server.ts'
import { type AtriumDocument, type DocumentKind, type DocumentMetadata, isOfTenant } from './document.ts'

/** Where objects of a document live. */
export interface Scope {
  /** Works there. */
  client: Client
  /** Uid; null = tenant scope. */
  project: string | null
}

/** The scope that a document names; null when there is no such project (yet). */
export async function scopeOf(server: Server, { kind, metadata }: AtriumDocument): Promise<Scope | null> {
  if (isOfTenant(kind) || metadata.scope === 'tenant') return { client: clientIn(server.client, null), project: null }
  if (metadata.project === undefined) return { client: server.client, project: server.project }
  const project = (await listProjects(server.client)).find(({ name }) => name === metadata.project)?.uid
  return project === undefined ? null : { client: clientIn(server.client, project), project }
}

/** Annotations the server writes itself. */
const ownAnnotations = ['scope', 'projectUid']

interface ViewedMeta {
  name?: string | undefined
  labels?: Record<string, string> | undefined
  annotations?: Record<string, string> | undefined
}

/** Metadata of an object as a document has it: what is empty is left out. */
export function documentMetadata(view: ViewedMeta | undefined, kind?: DocumentKind): DocumentMetadata {
  const { name = '', labels = {}, annotations = {} } = view ?? {}
  const own = Object.entries(annotations).filter(([key]) => !ownAnnotations.includes(key))
  return {
    name,
    ...((kind === undefined || !isOfTenant(kind)) && annotations['scope'] === 'tenant' && { scope: 'tenant' as const }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(own.length > 0 && { annotations: Object.fromEntries(own) }),
  }
}

/** Whether an object seen in a list is of this scope: a project's lists show the tenant's objects too. */
export const isOfScope = ({ project }: Scope, view: ViewedMeta | undefined): boolean =>
  (view?.annotations?.['scope'] === 'project') === (project !== null)

/** Metadata as the API takes it. */
export const sentMetadata = ({ name, labels = {}, annotations = {} }: DocumentMetadata) => ({
  name,
  labels,
  annotations,
})
