import type { KubeClient } from '@atrium/kube/client.ts'
import { isConflict, isNotFound, KindNotServedError } from '@atrium/kube/errors.ts'
import { describeRef, type KubeObject, refOf } from '@atrium/kube/object.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { HELM_MANAGER } from '../names.ts'
import { asHelmApplied, isKept, placed } from './declare.ts'
import { ManifestError, readObjects } from './documents.ts'
import {
  type ChartSource,
  type Helm,
  HelmError,
  type ReleaseName,
  type RenderOptions,
  type ServedVersions,
} from './helm.ts'
import { withoutNoise } from './helm-errors.ts'
import { isAppliedBy } from './prune.ts'
import { chartUnitId, type DeclaredObject, type UnitRecord } from './records.ts'
import { forgetRevision, isPending, listRevisions, type Revision, readRelease } from './releases.ts'
import { noTraces, type Traces, united } from './units.ts'

export interface ChartDeps {
  client: KubeClient
  helm: Helm
  clock: Clock
  logger: Logger
  /** Aborts when the agent stops: then nothing is taken back, the next start goes on. */
  stopping: AbortSignal
}

/** The upgrade failed; the former revision serves again (or still). */
export class UpgradeError extends Error {
  override readonly name = 'UpgradeError'
  /** The unit as it is after going back, when that made a new revision. */
  readonly unit: UnitRecord | null
  /** False: the failure was found before anything was changed. */
  readonly disturbed: boolean
  /** What the failed upgrade may have made and going back may have left. */
  readonly traces: Traces
  constructor(message: string, unit: UnitRecord | null, disturbed: boolean, traces: Traces = noTraces) {
    super(message)
    this.unit = unit
    this.disturbed = disturbed
    this.traces = traces
  }
}

/** Another helm may be at work on a pending release; after this it was cut off. */
const ABANDONED_MS = 10 * 60_000

/**
 * Installs or upgrades one release. An upgrade is tried on the server before it is made, and taken back when it fails
 * all the same; a release is never uninstalled to repair it. `begunByUs`: a pending mark is ours, from before a crash.
 */
export async function applyChart(
  deps: ChartDeps,
  source: ChartSource,
  options: { begunByUs: boolean; signal: AbortSignal },
): Promise<UnitRecord> {
  const before = await clearInterrupted(deps, source, options)
  const serving = before.findLast((revision) => revision.status === 'deployed')
  if (serving) await tryChart(deps, source, options.signal)
  try {
    await deps.helm.upgrade(source, options.signal)
  } catch (error) {
    if (serving && !deps.stopping.aborted) return await goBack(deps, source, serving, error)
    throw error
  }
  return chartUnit(deps, source)
}

/** The unit of what is deployed now, from the manifest helm stored. */
export async function chartUnit(deps: Pick<ChartDeps, 'client'>, release: ReleaseName): Promise<UnitRecord> {
  const deployed = (await listRevisions(deps.client, release)).findLast((one) => one.status === 'deployed')
  if (!deployed) throw new HelmError(`release ${release.name} is not deployed`)
  const stored = await readRelease(deps.client, release, deployed.revision)
  const { name, namespace } = release
  return {
    id: chartUnitId(release),
    release: { name, namespace, revision: deployed.revision },
    objects: await declaredIn(deps.client, release, stored.manifest),
    hooks: await hooksIn(deps.client, release, stored.hooks),
  }
}

/**
 * What a release made besides the objects of the revision that serves: those of every later revision, which did not end
 * well, and the hooks of all. Helm forgets the first with the next operation, and never knew the second.
 */
export async function tracesOf(client: KubeClient, release: ReleaseName): Promise<Traces> {
  const revisions = await listRevisions(client, release)
  const serving = revisions.findLastIndex((one) => one.status === 'deployed')
  const traces: Traces = { leftovers: [], hooks: [] }
  for (const [index, { revision }] of revisions.entries()) {
    const stored = await readRelease(client, release, revision)
    traces.hooks.push(...(await hooksIn(client, release, stored.hooks)))
    if (index > serving) traces.leftovers.push(...(await declaredIn(client, release, stored.manifest)))
  }
  return { leftovers: united(traces.leftovers), hooks: united(traces.hooks) }
}

/**
 * Definitions that charts within a chart bring. Helm makes those that are wanted with the first revision, never looks at them
 * again and leaves them behind, as it does with what hooks make. What somebody else made is not among them.
 */
export async function innerDefinitions(
  { client, helm, stopping }: Pick<ChartDeps, 'client' | 'helm' | 'stopping'>,
  source: ChartSource,
): Promise<DeclaredObject[]> {
  if ((await listRevisions(client, source)).some(({ status }) => status === 'deployed')) return []
  const found: DeclaredObject[] = []
  for (const declared of await hooksIn(client, source, [await helm.definitions(source, stopping)])) {
    const live = await client.find(refOf(declared.object))
    if (live === null || isAppliedBy(live, HELM_MANAGER)) found.push({ ...declared, keep: true })
  }
  return found
}

async function declaredIn(client: KubeClient, release: ReleaseName, text: string): Promise<DeclaredObject[]> {
  const objects: DeclaredObject[] = []
  for (const object of readObjects(text, `release ${release.name}`))
    objects.push(asHelmApplied(await placed(client, object, release.namespace), release))
  return objects
}

async function hooksIn(client: KubeClient, release: ReleaseName, texts: readonly string[]): Promise<DeclaredObject[]> {
  const objects: DeclaredObject[] = []
  for (const hook of texts.flatMap((text) => namedHooks(text, release))) {
    const { apiVersion, kind, metadata } = await placed(client, hook, release.namespace)
    const { name, namespace } = metadata
    const object = { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } }
    objects.push({ object, manager: HELM_MANAGER, keep: isKept(hook), adopted: false })
  }
  return objects
}

/** A hook may have its name made up by the server: then it cannot be found by it. */
function namedHooks(text: string, release: ReleaseName): KubeObject[] {
  try {
    return readObjects(text, `hooks of release ${release.name}`)
  } catch (error) {
    if (error instanceof ManifestError) return []
    throw error
  }
}

async function clearInterrupted(
  deps: ChartDeps,
  release: ReleaseName,
  options: { begunByUs: boolean; signal: AbortSignal },
): Promise<Revision[]> {
  const revisions = await listRevisions(deps.client, release)
  const last = revisions.at(-1)
  if (last?.status === 'uninstalling') {
    deps.logger.info({ release: release.name }, 'finishing a removal that was cut off')
    await deps.helm.uninstall(release, options.signal)
    return []
  }
  if (!last || !isPending(last)) return revisions
  if (!options.begunByUs && deps.clock.now() - Date.parse(last.createdAt) < ABANDONED_MS)
    throw new HelmError(`somebody else works on release ${release.name} (${last.status}); waits until that ends`)
  deps.logger.info({ release: release.name, status: last.status }, 'forgetting an operation that was cut off')
  await forgetRevision(deps.client, release, last.revision)
  return revisions.slice(0, -1)
}

/** What rendering ahead of time has to know. */
export interface ChartLook {
  /** The release leaves another namespace for this one. */
  isMoving: boolean
  /** Whether helm fails only for kinds that come before the chart would be installed. */
  isExpected(message: string): boolean
  signal: AbortSignal
}

/**
 * The objects a release would have after an installation or upgrade, as helm would apply them; changes nothing. A chart whose
 * kinds are still to be defined is rendered without the cluster: `isExpected` learns of that.
 */
export async function renderChart(
  deps: Pick<ChartDeps, 'client' | 'helm'>,
  source: ChartSource,
  { isMoving, isExpected, signal }: ChartLook,
): Promise<DeclaredObject[]> {
  // Helm refuses to install over objects that exist; those of a release that moves go before.
  const isUpgrade = isMoving || (await listRevisions(deps.client, source)).some(({ status }) => status === 'deployed')
  try {
    return await rendered(deps, source, { isUpgrade }, signal)
  } catch (error) {
    if (signal.aborted || !isExpected(messageOf(error))) throw error
    return rendered(deps, source, { isUpgrade, apart: await servedBy(deps.client) }, signal)
  }
}

async function servedBy(client: KubeClient): Promise<ServedVersions> {
  const { gitVersion } = await client.version()
  const { resources } = await client.mapper.all()
  const versions = resources.flatMap(({ apiVersion, kind }) => [apiVersion, `${apiVersion}/${kind}`])
  return { kubernetesVersion: gitVersion, apiVersions: [...new Set(versions)] }
}

const rendered = async (
  { client, helm }: Pick<ChartDeps, 'client' | 'helm'>,
  source: ChartSource,
  options: RenderOptions,
  signal: AbortSignal,
): Promise<DeclaredObject[]> => declaredIn(client, source, await helm.render(source, options, signal))

/** Finds what the API server would refuse before a single object of a serving release is changed. */
export async function tryChart(deps: ChartDeps, source: ChartSource, signal: AbortSignal): Promise<void> {
  try {
    for (const declared of await rendered(deps, source, { isUpgrade: true }, signal))
      await tryOut(deps.client, declared, signal)
  } catch (error) {
    throw new UpgradeError(`${messageOf(error)}; nothing was changed, the former version serves on`, null, false)
  }
}

/** Throws what the API server says against an object, unless something that comes first is missing yet. */
export async function tryOut(
  client: KubeClient,
  { object, manager }: Pick<DeclaredObject, 'object' | 'manager'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.apply(object, { fieldManager: manager, force: true, dryRun: true, signal })
  } catch (error) {
    // Its definition or namespace may come with this very release.
    if (error instanceof KindNotServedError || isNotFound(error) || isConflict(error)) return
    throw new HelmError(`${describeRef(refOf(object))}: ${withoutNoise(messageOf(error))}`)
  }
}

async function goBack(deps: ChartDeps, source: ChartSource, serving: Revision, cause: unknown): Promise<never> {
  const reason = messageOf(cause)
  const last = (await listRevisions(deps.client, source)).at(-1)
  if (last?.revision === serving.revision)
    throw new UpgradeError(`${reason}; nothing was changed, the former version serves on`, null, false)
  deps.logger.warn({ release: source.name, revision: serving.revision, reason }, 'upgrade failed, going back')
  const traces = await tracesOf(deps.client, source)
  if (isPending(last) && last) await forgetRevision(deps.client, source, last.revision)
  try {
    await deps.helm.rollback(source, serving.revision, deps.stopping)
  } catch (error) {
    throw new UpgradeError(`${reason}; going back failed too: ${messageOf(error)}`, null, true, traces)
  }
  const unit = await chartUnit(deps, source)
  throw new UpgradeError(`${reason}; the former version serves again`, unit, true, traces)
}
