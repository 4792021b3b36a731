import { messageOf } from '@atrium/runtime/base/errors.ts'
import { isAutoscaled } from './autoscaling.ts'
import type { KubeClient } from './client.ts'
import { type Difference, differences, maskDifferences } from './difference.ts'
import { isConflict, isInvalid, isNotFound, KindNotServedError, type KubeError } from './errors.ts'
import { isRecord, type KubeObject, type ManagedFields, refOf } from './object.ts'
import { overlap } from './overlap.ts'
import { appliedFields, type Owned, united, withoutEmpties } from './ownership.ts'
import { withData } from './secret-data.ts'

export type { Difference } from './difference.ts'

/**
 * `same`: live is what was declared. `deleted`: it is not there. `terminating`: it is going away and cannot be kept; these
 * finalizers hold it. `changed`: these declared fields differ; `changedBy` is the manager that owns them now, empty when
 * unknown; `toApply` is what puts it back without taking what belongs to controllers.
 */
export type Drift =
  | { state: 'same' }
  | { state: 'deleted' }
  | { state: 'terminating'; heldBy: string[] }
  | { state: 'changed'; differences: Difference[]; changedBy: string; toApply: KubeObject }

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
  const compared = await compareDeclared(client, declared, options)
  return compared.state === 'compared' ? toDrift(client, compared, options) : compared
}

/** What applying a declaration does to the live object: both forms, and the declared fields in which they differ. */
export type Compared = Exclude<Drift, { state: 'same' | 'changed' }> | Comparison

/** Compares as `findDrift` does, also fields that controllers own, and answers both forms. Secrets are not masked. */
export async function compareDeclared(
  client: KubeClient,
  declared: KubeObject,
  options: DriftOptions,
): Promise<Compared> {
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

async function compareOnce(client: KubeClient, declared: KubeObject, options: DriftOptions): Promise<Compared> {
  const { fieldManager, signal } = options
  const live = await client.find(refOf(declared), signal)
  if (!live) return { state: 'deleted' }
  if (live.metadata.deletionTimestamp) return { state: 'terminating', heldBy: live.metadata.finalizers ?? [] }
  const wanted = withoutGathered(declared)
  const { resourceVersion } = live.metadata
  const pinned = { ...wanted, metadata: { ...wanted.metadata, ...(resourceVersion ? { resourceVersion } : {}) } }
  try {
    const preview = { fieldManager, force: true, dryRun: true, ...(signal ? { signal } : {}) }
    const desired = await client.apply(pinned, preview)
    const found = differences(live, desired, ownedBy(live, desired, wanted, fieldManager))
    return { state: 'compared', live, desired, wanted, found, refusal: '' }
  } catch (error) {
    if (isNotFound(error) || error instanceof KindNotServedError) return { state: 'deleted' }
    if (!isInvalid(error)) throw error
    const found = refusedDifferences(live, wanted, error as KubeError)
    return { state: 'compared', live, desired: wanted, wanted, found, refusal: messageOf(error) }
  }
}

/** What was declared, and what was declared before under the same name and is not any more. */
function ownedBy(live: KubeObject, desired: KubeObject, declared: KubeObject, manager: string): Owned {
  const [now, next] = [appliedFields(live, manager), appliedFields(desired, manager)]
  const owned = now && next ? united(next, now) : (next ?? now)
  return owned ? withoutEmpties(owned, withData(declared)) : 'unknown'
}

/** The rules of a ClusterRole that gathers them are its controller's, also where a chart declares an empty list. */
function withoutGathered(declared: KubeObject): KubeObject {
  if (declared.kind !== 'ClusterRole' || declared.aggregationRule === undefined) return declared
  const { rules: _gathered, ...rest } = declared
  return rest as KubeObject
}

export interface Comparison {
  state: 'compared'
  live: KubeObject
  /** As the server says it would be; where it refuses the declaration, that one. */
  desired: KubeObject
  wanted: KubeObject
  found: Difference[]
  /** Why the server refuses it over the live object; empty when it does not. */
  refusal: string
}

const REPLICAS = '/spec/replicas'

async function toDrift(client: KubeClient, comparison: Comparison, options: DriftOptions): Promise<Drift> {
  const { live, desired, wanted } = comparison
  let { found } = comparison
  let toApply = wanted
  if (found.some(({ path }) => path === REPLICAS) && (await isAutoscaled(client, live, options.signal))) {
    found = found.filter(({ path }) => path !== REPLICAS)
    const spec = isRecord(wanted.spec) ? wanted.spec : {}
    // Left out it would fall back to one where nobody else owns it.
    toApply = { ...wanted, spec: { ...spec, replicas: isRecord(live.spec) ? live.spec.replicas : undefined } }
  }
  if (found.length === 0) return { state: 'same' }
  const changedBy = lastOwner(live, desired, options.fieldManager)
  return { state: 'changed', differences: maskDifferences(live.kind, found), changedBy, toApply }
}

/** Who owns something of what differs, and wrote last. Nobody owns what was taken out. */
function lastOwner(live: KubeObject, desired: KubeObject, fieldManager: string): string {
  const others = (live.metadata.managedFields ?? [])
    .filter(({ manager, operation }) => !(manager === fieldManager && operation === 'Apply'))
    .filter(({ subresource }) => subresource !== 'status')
    .sort((a, b) => (a.time ?? '').localeCompare(b.time ?? ''))
  const owns = ({ apiVersion, fieldsV1 }: ManagedFields): boolean =>
    apiVersion === live.apiVersion && isRecord(fieldsV1) && differences(live, desired, fieldsV1).length > 0
  // Fields of other versions cannot be found in this one.
  const owner = others.findLast(owns) ?? others.findLast(({ apiVersion }) => apiVersion !== live.apiVersion)
  return owner?.manager ?? ''
}

/** The server refuses the declaration over the live object: an immutable field differs. Shows declared fields that do. */
function refusedDifferences(live: KubeObject, declared: KubeObject, error: KubeError): Difference[] {
  const wanted = withData(declared)
  const shown = overlap(live, wanted) as KubeObject
  const found = [differences(shown, wanted), differences(shown, wanted, 'declared')].find(({ length }) => length > 0)
  return found ?? [{ path: error.causes[0]?.field ?? '/', live: error.message, desired: null }]
}
