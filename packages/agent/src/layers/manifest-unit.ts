import type { KubeClient } from '@atrium/kube/client.ts'
import { isConflict, isNotFound, KindNotServedError } from '@atrium/kube/errors.ts'
import { inInstallOrder, isDefinition } from '@atrium/kube/inventory.ts'
import { describeRef, type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { UpgradeError } from './chart-unit.ts'
import { isKept, placed } from './declare.ts'
import { withoutNoise } from './helm-errors.ts'
import { isAppliedBy, pruneLeftovers } from './prune.ts'
import type { DeclaredObject, UnitRecord } from './records.ts'
import { without } from './units.ts'

export interface ManifestDeps {
  client: KubeClient
  clock: Clock
  logger: Logger
  /** Aborts when the agent stops: then nothing is put back, the next start goes on. */
  stopping: AbortSignal
}

export interface ManifestSource {
  /** Unit id, `manifest:<path>` or `definitions:<release>`. */
  id: string
  objects: KubeObject[]
  /** Where objects without a namespace go. */
  namespace: string
  /** Field manager to apply as. */
  manager: string
  /** Everything stays when the layer goes. */
  keepsAll: boolean
}

/** Everything any part of the layer answers for, by identity. */
export type KnownObjects = ReadonlyMap<string, DeclaredObject>

/** What the layer knows of itself before the step. */
export interface FormerState {
  /** The unit as it was left. */
  before: UnitRecord | undefined
  known: KnownObjects
}

const SERVED_POLL_MS = 200
const SERVED_LIMIT_MS = 30_000

/**
 * Applies the objects of one manifest file by server-side apply, definitions first. All are tried on the server
 * before the first is changed; when one fails all the same, those that were there before get their former form back.
 */
export async function applyManifest(
  deps: ManifestDeps,
  source: ManifestSource,
  { before, known }: FormerState,
  signal: AbortSignal,
): Promise<UnitRecord> {
  const ordered = inInstallOrder(source.objects)
  const isUpgrade = before !== undefined && !before.incomplete
  await preflight(deps.client, source, ordered, signal, isUpgrade)
  const applied: DeclaredObject[] = []
  try {
    for (const object of ordered) {
      await untilServed(deps, object, signal)
      const declared = await declare(deps.client, object, source, known)
      applied.push(declared)
      await applyOne(deps, declared, signal)
    }
  } catch (error) {
    if (!isUpgrade || deps.stopping.aborted) throw error
    await restore(deps, before)
    await pruneLeftovers(deps.client, without(applied, before.objects))
    throw new UpgradeError(`${messageOf(error)}; the former version was put back`, before, true)
  }
  return { id: source.id, objects: applied }
}

/** What a step is about to make, to be recorded before it makes anything. */
export async function attemptedObjects(
  deps: ManifestDeps,
  source: ManifestSource,
  known: KnownObjects,
): Promise<DeclaredObject[]> {
  const objects: DeclaredObject[] = []
  for (const object of source.objects) objects.push(await declare(deps.client, object, source, known))
  return objects
}

async function preflight(
  client: KubeClient,
  source: ManifestSource,
  objects: KubeObject[],
  signal: AbortSignal,
  isUpgrade: boolean,
): Promise<void> {
  for (const object of objects) {
    const target = await placed(client, object, source.namespace)
    try {
      await client.apply(target, { fieldManager: source.manager, force: true, dryRun: true, signal })
    } catch (error) {
      // Its definition or namespace may be among these very objects.
      if (error instanceof KindNotServedError || isNotFound(error) || isConflict(error)) continue
      const message = `${describeRef(refOf(target))}: ${withoutNoise(messageOf(error))}`
      throw isUpgrade ? new UpgradeError(`${message}; nothing was changed`, null, false) : new Error(message)
    }
  }
}

async function declare(
  client: KubeClient,
  object: KubeObject,
  { namespace, manager, keepsAll }: ManifestSource,
  known: KnownObjects,
): Promise<DeclaredObject> {
  const target = await placed(client, object, namespace)
  const former = known.get(keyOf(refOf(target)))
  return {
    object: target,
    manager,
    keep: keepsAll || isKept(target),
    adopted: former ? former.adopted : await existedBefore(client, target, manager),
  }
}

/** A definition that was applied a moment ago takes the API server some milliseconds to serve. */
async function untilServed(deps: ManifestDeps, object: KubeObject, signal: AbortSignal): Promise<void> {
  const limit = deps.clock.now() + SERVED_LIMIT_MS
  for (;;) {
    try {
      await deps.client.mapper.resolve(object)
      return
    } catch (error) {
      if (!(error instanceof KindNotServedError) || signal.aborted || deps.clock.now() > limit) throw error
      if (!(await isBeingDefined(deps.client, object))) throw error
      await deps.clock.sleep(SERVED_POLL_MS, signal)
    }
  }
}

/** Whether some definition promises this kind, so that waiting makes sense. */
async function isBeingDefined(client: KubeClient, object: KubeObject): Promise<boolean> {
  const group = object.apiVersion.split('/')[0] ?? ''
  const { items } = await client.list({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadataOnly: true,
  })
  return items.some((definition) => definition.metadata.name.endsWith(`.${group}`))
}

/** True when somebody else made it; ours are known by the manager of their fields, also after a crash. */
async function existedBefore(client: KubeClient, object: KubeObject, manager: string): Promise<boolean> {
  const live = await client.find(refOf(object))
  return live !== null && !isAppliedBy(live, manager)
}

async function applyOne(deps: ManifestDeps, declared: DeclaredObject, signal: AbortSignal): Promise<void> {
  try {
    await deps.client.apply(declared.object, { fieldManager: declared.manager, force: true, signal })
  } catch (error) {
    throw new Error(`${describeRef(refOf(declared.object))}: ${withoutNoise(messageOf(error))}`, { cause: error })
  }
  if (isDefinition(refOf(declared.object))) deps.client.mapper.forget(declared.object.apiVersion)
}

async function restore(deps: ManifestDeps, before: UnitRecord): Promise<void> {
  for (const former of before.objects) {
    try {
      await deps.client.apply(former.object, { fieldManager: former.manager, force: true })
    } catch (error) {
      deps.logger.error(
        { object: describeRef(refOf(former.object)), error: messageOf(error) },
        'the former version of an object could not be put back',
      )
    }
  }
}
