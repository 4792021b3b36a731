import { createHash } from 'node:crypto'

/** Field manager of everything the agent applies itself; helm applies as `helm`. */
export const FIELD_MANAGER = 'atrium-agent'
export const HELM_MANAGER = 'helm'

/** On namespaces the agent made: only those are ever deleted by it. */
export const CREATED_BY = 'atrium.dev/created-by'
/** On the agent's own Secrets: which part of it they belong to. */
export const STORE_LABEL = 'atrium.dev/agent-store'

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** A short name for anything, stable and free of characters Kubernetes forbids. */
export const shortHash = (text: string): string => sha256(text).slice(0, 16)

/** Manager of namespace labels: one per layer, so that two layers can label one namespace. */
export const namespaceManager = (layerId: string): string => `${FIELD_MANAGER}-${shortHash(layerId)}`
