import type { KubeClient } from './client.ts'
import { type Difference, differences, maskDifferences } from './difference.ts'
import { isInvalid, isNotFound, KindNotServedError, type KubeError } from './errors.ts'
import { isRecord, type KubeObject, refOf } from './object.ts'

export type { Difference } from './difference.ts'

/** `same`: live is what was declared. `deleted`: it is not there. `changed`: these declared fields differ. */
export type Drift = { state: 'same' } | { state: 'deleted' } | { state: 'changed'; differences: Difference[] }

export interface DriftOptions {
  /** The manager that applied the object: comparing as another one would take its fields away in the preview. */
  fieldManager: string
  signal?: AbortSignal
}

/**
 * Compares a live object with its declaration by a forced server-side dry run, so that defaults, conversions, unit
 * formats and fields of other managers are no drift. Values of Secrets are masked.
 */
export async function findDrift(client: KubeClient, declared: KubeObject, options: DriftOptions): Promise<Drift> {
  const signal = options.signal ? { signal: options.signal } : {}
  const live = await client.find(refOf(declared), options.signal)
  if (!live || live.metadata.deletionTimestamp) return { state: 'deleted' }
  try {
    const { fieldManager } = options
    const wanted = await client.apply(declared, { fieldManager, force: true, dryRun: true, ...signal })
    return toDrift(declared.kind, differences(live, wanted))
  } catch (error) {
    if (isNotFound(error) || error instanceof KindNotServedError) return { state: 'deleted' }
    if (!isInvalid(error)) throw error
    return toDrift(declared.kind, refusedDifferences(live, declared, error as KubeError))
  }
}

const toDrift = (kind: string, found: Difference[]): Drift =>
  found.length === 0 ? { state: 'same' } : { state: 'changed', differences: maskDifferences(kind, found) }

/** The server refuses the declaration over the live object: an immutable field differs. Shows declared fields that do. */
function refusedDifferences(live: KubeObject, declared: KubeObject, error: KubeError): Difference[] {
  const found = differences(overlap(live, declared) as KubeObject, declared)
  return found.length > 0 ? found : [{ path: error.causes[0]?.field ?? '/', live: error.message, desired: null }]
}

/** The part of `live` that `declared` speaks about. */
function overlap(live: unknown, declared: unknown): unknown {
  if (isRecord(live) && isRecord(declared)) {
    return Object.fromEntries(
      Object.keys(declared).flatMap((name) => (name in live ? [[name, overlap(live[name], declared[name])]] : [])),
    )
  }
  if (Array.isArray(live) && Array.isArray(declared))
    return live.map((item, index) => (index < declared.length ? overlap(item, declared[index]) : item))
  return live
}
