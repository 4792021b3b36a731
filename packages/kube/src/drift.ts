import type { KubeClient } from './client.ts'
import { type Difference, differences, maskDifferences } from './difference.ts'
import { isConflict, isInvalid, isNotFound, KindNotServedError, type KubeError } from './errors.ts'
import { isRecord, type KubeObject, refOf } from './object.ts'

export type { Difference } from './difference.ts'

/**
 * `same`: live is what was declared. `deleted`: it is not there. `terminating`: it is going away and cannot be kept.
 * `changed`: these declared fields differ; `changedBy` is the manager that wrote last, empty when unknown.
 */
export type Drift =
  | { state: 'same' }
  | { state: 'deleted' }
  | { state: 'terminating' }
  | { state: 'changed'; differences: Difference[]; changedBy: string }

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
  for (let attempt = 1; ; attempt++) {
    try {
      return await compareOnce(client, declared, options)
    } catch (error) {
      // Somebody wrote between the two reads: what they changed would look like drift.
      if (!isConflict(error) || attempt >= ATTEMPTS) throw error
    }
  }
}

const ATTEMPTS = 5

async function compareOnce(client: KubeClient, declared: KubeObject, options: DriftOptions): Promise<Drift> {
  const { fieldManager, signal } = options
  const live = await client.find(refOf(declared), signal)
  if (!live) return { state: 'deleted' }
  if (live.metadata.deletionTimestamp) return { state: 'terminating' }
  const { resourceVersion } = live.metadata
  const pinned = { ...declared, metadata: { ...declared.metadata, ...(resourceVersion ? { resourceVersion } : {}) } }
  try {
    const preview = { fieldManager, force: true, dryRun: true, ...(signal ? { signal } : {}) }
    return toDrift(live, differences(live, await client.apply(pinned, preview)), fieldManager)
  } catch (error) {
    if (isNotFound(error) || error instanceof KindNotServedError) return { state: 'deleted' }
    if (!isInvalid(error)) throw error
    return toDrift(live, refusedDifferences(live, declared, error as KubeError), fieldManager)
  }
}

function toDrift(live: KubeObject, found: Difference[], fieldManager: string): Drift {
  if (found.length === 0) return { state: 'same' }
  return { state: 'changed', differences: maskDifferences(live.kind, found), changedBy: lastWriter(live, fieldManager) }
}

/** Who wrote last, other than ourselves and status writers. */
function lastWriter(live: KubeObject, fieldManager: string): string {
  const others = (live.metadata.managedFields ?? []).filter(
    (entry) => entry.manager !== fieldManager && !entry.subresource,
  )
  return others.sort((a, b) => (a.time ?? '').localeCompare(b.time ?? '')).at(-1)?.manager ?? ''
}

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
