import type { KubeClient } from '@atrium/kube/client.ts'
import { isConflict, isNotFound, KindNotServedError } from '@atrium/kube/errors.ts'
import { inInstallOrder, isDefinition } from '@atrium/kube/inventory.ts'
import { describeRef, type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { FIELD_MANAGER } from '../names.ts'
import { UpgradeError } from './chart-unit.ts'
import { isKept, placed } from './declare.ts'
import { withoutNoise } from './helm-errors.ts'
import { pruneObjects } from './prune.ts'
import type { DeclaredObject, UnitRecord } from './records.ts'

export interface ManifestDeps {
  client: KubeClient
  clock: Clock
  logger: Logger
}

export interface ManifestSource {
  /** Unit id, `manifest:<name>`. */
  id: string
  objects: KubeObject[]
  /** Where objects without a namespace go. */
  namespace: string
  /** Throws when an object may not be applied, e.g. because another layer declares it. */
  check(object: KubeObject): void
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
  before: UnitRecord | undefined,
  signal: AbortSignal,
): Promise<UnitRecord> {
  const ordered = inInstallOrder(source.objects)
  await preflight(deps.client, source, ordered, signal, before !== undefined && !before.incomplete)
  const known = new Map((before?.objects ?? []).map((one) => [keyOf(refOf(one.object)), one]))
  const applied: DeclaredObject[] = []
  try {
    for (const object of ordered) {
      const declared = await declare(deps, object, source.namespace, known)
      await applyOne(deps, declared, signal)
      applied.push(declared)
    }
  } catch (error) {
    if (!before || before.incomplete) throw error
    await restore(deps, before)
    await pruneObjects(
      deps.client,
      applied.filter((one) => !known.has(keyOf(refOf(one.object)))),
    )
    throw new UpgradeError(`${messageOf(error)}; the former version was put back`, before, true)
  }
  return { id: source.id, objects: applied }
}

/** What a first installation is about to make, recorded before it makes anything. */
export async function begunManifest(deps: ManifestDeps, source: ManifestSource): Promise<UnitRecord> {
  const objects: DeclaredObject[] = []
  for (const object of source.objects) {
    const target = await placed(deps.client, object, source.namespace)
    const adopted = await existedBefore(deps.client, target)
    objects.push({ object: target, manager: FIELD_MANAGER, keep: isKept(target), adopted })
  }
  return { id: source.id, objects, incomplete: true }
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
    source.check(target)
    try {
      await client.apply(target, { fieldManager: FIELD_MANAGER, force: true, dryRun: true, signal })
    } catch (error) {
      // Its definition or namespace may be among these very objects.
      if (error instanceof KindNotServedError || isNotFound(error) || isConflict(error)) continue
      const message = `${describeRef(refOf(target))}: ${withoutNoise(messageOf(error))}`
      throw isUpgrade ? new UpgradeError(`${message}; nothing was changed`, null, false) : new Error(message)
    }
  }
}

async function declare(
  deps: ManifestDeps,
  object: KubeObject,
  namespace: string,
  known: Map<string, DeclaredObject>,
): Promise<DeclaredObject> {
  await untilServed(deps, object)
  const target = await placed(deps.client, object, namespace)
  const former = known.get(keyOf(refOf(target)))
  return {
    object: target,
    manager: FIELD_MANAGER,
    keep: isKept(target),
    adopted: former ? former.adopted : await existedBefore(deps.client, target),
  }
}

/** A definition that was applied a moment ago takes the API server some milliseconds to serve. */
async function untilServed(deps: ManifestDeps, object: KubeObject): Promise<void> {
  const limit = deps.clock.now() + SERVED_LIMIT_MS
  for (;;) {
    try {
      await deps.client.mapper.resolve(object)
      return
    } catch (error) {
      if (!(error instanceof KindNotServedError) || deps.clock.now() > limit) throw error
      if (!(await isBeingDefined(deps.client, object))) throw error
      await deps.clock.sleep(SERVED_POLL_MS)
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
async function existedBefore(client: KubeClient, object: KubeObject): Promise<boolean> {
  const live = await client.find(refOf(object))
  if (!live) return false
  return !(live.metadata.managedFields ?? []).some(
    (entry) => entry.manager === FIELD_MANAGER && entry.operation === 'Apply',
  )
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
