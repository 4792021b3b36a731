import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import type { PlannedChart } from '@atrium/pack/format/layer.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { FIELD_MANAGER, HELM_MANAGER } from '../names.ts'
import { applyChart, type ChartLook, innerDefinitions, renderChart, tracesOf, tryChart } from './chart-unit.ts'
import type { LayerContent } from './content.ts'
import { placed } from './declare.ts'
import { readObjects } from './documents.ts'
import type { ChartSource, Helm, ReleaseName } from './helm.ts'
import {
  applyManifest,
  attemptedObjects,
  type FormerState,
  type KnownObjects,
  type ManifestSource,
} from './manifest-unit.ts'
import { applyNamespaces, attemptedNamespaces, NAMESPACES_UNIT, wantedNamespaces } from './namespaces.ts'
import { chartUnitId, type DeclaredObject, type UnitRecord } from './records.ts'
import { type Traces, united } from './units.ts'
import { chartFiles, manifestChart, withWorkFolder } from './work-files.ts'

export interface StepDeps {
  client: KubeClient
  helm: Helm
  clock: Clock
  logger: Logger
  /** Folder for charts and values while helm runs. */
  workDir: string
  /** Aborts when the agent stops. */
  stopping: AbortSignal
  /** Whether another layer that is wanted declares this object. */
  isTaken(object: KubeObject): boolean
}

export interface StepState extends FormerState {
  /** An operation on the release that was cut off is our own, from before a crash. */
  begunByUs: boolean
  signal: AbortSignal
}

/** What a step needs to know to say what it would apply. */
export interface Look extends Omit<ChartLook, 'isExpected'> {
  known: KnownObjects
  /** Whether helm fails only for kinds that come before; `definesSome`: charts within this one may define kinds too. */
  isExpected(message: string, definesSome: boolean): boolean
}

/** One step of installing a layer; steps run in order and each is remembered as soon as it is done. */
export interface Step {
  unitId: string
  /** The release it makes, when it makes one. */
  release?: ReleaseName
  /** The objects it declares; those of a release are helm's to know. */
  declares(): Promise<KubeObject[]>
  /** Everything it may make or has begun to make, so that it is found again whatever cuts it off. */
  attempts(known: KnownObjects): Promise<Traces>
  run(state: StepState): Promise<UnitRecord>
  /** The objects `run` would apply, as it would; changes nothing. */
  wants(look: Look): Promise<DeclaredObject[]>
  /** Finds what would fail, changing nothing: before something that serves has to make room. */
  tryOut?(signal: AbortSignal): Promise<void>
}

/** The steps of a layer in order: namespaces, charts with their definitions before them, manifests, attached ones. */
export function stepsOf(deps: StepDeps, layerId: string, { plan, attached }: LayerContent): Step[] {
  const { namespace } = plan
  const charts = plan.charts.flatMap((chart) => {
    const definitions = chart.definitions.length > 0 ? [definitionsStep(deps, chart)] : []
    const release = { name: chart.releaseName, namespace }
    return [...definitions, chartStep(deps, release, (dir) => chartFiles(dir, chart, namespace), chart.definesByHelm)]
  })
  const manifests = plan.manifests.map((manifest) =>
    manifest.templated
      ? chartStep(deps, { name: manifest.releaseName, namespace }, (dir) => manifestChart(dir, manifest, namespace))
      : manifestStep(deps, manifest.path, manifest.content, namespace),
  )
  const extra = attached.map(({ name, content }) => manifestStep(deps, `attached/${name}`, content, namespace))
  const steps = [namespacesStep(deps, layerId, plan), ...charts, ...manifests, ...extra]
  refuseTwins(steps)
  return steps
}

/** Two steps with one record would prune each other's objects. */
function refuseTwins(steps: readonly Step[]): void {
  const ids = steps.map((step) => step.unitId)
  const twin = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twin) throw new Error(`the layer has two parts ${twin}: rename one of the files`)
}

const namespacesStep = (deps: StepDeps, layerId: string, plan: LayerContent['plan']): Step => ({
  unitId: NAMESPACES_UNIT,
  declares: async () => [],
  attempts: async () => ({ leftovers: attemptedNamespaces(plan, layerId), hooks: [] }),
  run: () => applyNamespaces(deps.client, plan, layerId),
  wants: () => wantedNamespaces(deps.client, plan, layerId),
})

const chartStep = (
  deps: StepDeps,
  release: ReleaseName,
  files: (dir: string) => Promise<ChartSource>,
  definesSome = false,
): Step => ({
  unitId: chartUnitId(release),
  release,
  declares: async () => [],
  attempts: async () => {
    const traces = await tracesOf(deps.client, release)
    if (!definesSome) return traces
    const define = async (dir: string) => innerDefinitions(deps, await files(dir))
    return { ...traces, hooks: united(traces.hooks, await withWorkFolder(deps.workDir, define)) }
  },
  run: ({ begunByUs, signal }) =>
    withWorkFolder(deps.workDir, async (dir) => applyChart(deps, await files(dir), { begunByUs, signal })),
  wants: ({ isMoving, isExpected, signal }) => {
    const look = { isMoving, signal, isExpected: (message: string) => isExpected(message, definesSome) }
    return withWorkFolder(deps.workDir, async (dir) => renderChart(deps, await files(dir), look))
  },
  tryOut: (signal) => withWorkFolder(deps.workDir, async (dir) => tryChart(deps, await files(dir), signal)),
})

function manifestStep(deps: StepDeps, path: string, text: string, namespace: string): Step {
  const id = `manifest:${path}`
  const objects = (): KubeObject[] => readObjects(text, path)
  return objectsStep(deps, () => ({ id, objects: objects(), namespace, manager: FIELD_MANAGER, keepsAll: false }))
}

/**
 * A chart's own definitions, which helm would make once and never look at again. They are applied as helm does it, so that
 * those it made before belong to the same manager. A definition that another layer brings is left to that one, as helm leaves what is there.
 */
function definitionsStep(deps: StepDeps, chart: PlannedChart): Step {
  const id = `definitions:${chart.releaseName}`
  const objects = (): KubeObject[] =>
    chart.definitions
      .flatMap((file) => readObjects(file.content, `${chart.name}/${file.path}`))
      .filter((object) => !deps.isTaken(object))
  return objectsStep(deps, () => ({ id, objects: objects(), namespace: '', manager: HELM_MANAGER, keepsAll: true }))
}

const objectsStep = (deps: StepDeps, source: () => ManifestSource): Step => ({
  unitId: source().id,
  declares: async () => {
    const { objects, namespace } = source()
    const targets: KubeObject[] = []
    for (const object of objects) targets.push(await placed(deps.client, object, namespace))
    return targets
  },
  attempts: async (known) => ({ leftovers: await attemptedObjects(deps, source(), known), hooks: [] }),
  run: (state) => applyManifest(deps, source(), state, state.signal),
  wants: ({ known }) => attemptedObjects(deps, source(), known),
})
