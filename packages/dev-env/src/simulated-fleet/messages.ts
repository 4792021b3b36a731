import type { ClusterCall } from '../simulated-agents/fake-cluster.ts'

/** Calls of the server's process to what lies outside of it: the cloud, and the API servers of its clusters. */
export type OutsideCall =
  | { to: 'cloud'; method: string; args: unknown[] }
  | { to: 'cluster'; uid: string; call: ClusterCall }

export interface OutsideRequest {
  id: number
  call: OutsideCall
}

export type OutsideAnswer =
  | { id: number; result: unknown }
  /** `provider`: a `ProviderError`, with its reaction. */
  | { id: number; failure: { message: string; provider?: ProviderFailure } }

export interface ProviderFailure {
  reaction: 'retry' | 'user' | 'quota'
  reason: string
  nextStep: string
}

/** The server's process serves. */
export interface ServerReady {
  ready: { url: string; caFile: string }
}

export const isReady = (message: unknown): message is ServerReady =>
  typeof message === 'object' && message !== null && 'ready' in message
