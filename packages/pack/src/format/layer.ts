import type { PackChart, PackFile, PackFiles } from './pack-files.ts'
import { type ByNamespace, type PackSection, readPackSection } from './pack-section.ts'
import { PackError, type Problem } from './problems.ts'
import { type ReadinessCheck, readReadinessChecks } from './readiness.ts'
import { releaseName } from './release-name.ts'
import { readValues, type ValuesText } from './values.ts'

/** One helm release of a layer. */
export interface PlannedChart {
  /** Chart name. */
  name: string
  version: string
  /** The chart archive (`.tgz`), as helm takes it. */
  archive: Uint8Array
  releaseName: string
  /** Text of a values file for helm; empty = the chart's own values only. */
  valuesText: string
  /** Definitions of the chart's own `crds/`: helm would make them once and never look at them again. */
  definitions: readonly PackFile[]
  /** Helm has to make definitions itself: charts within this one may bring some. */
  definesByHelm: boolean
}

/** One manifest file of the pack. */
export interface PlannedManifest {
  /** As `pack.json` names it: two files of one name in two folders are two manifests. */
  path: string
  /** File name without folder and ending, e.g. `hello-universe`. */
  name: string
  content: string
  /** True: a Go template whose `.Values` are `valuesText`. False: apply as it is; it may hold foreign braces. */
  templated: boolean
  /** YAML text; empty unless `templated`. */
  valuesText: string
  /** Release that a templated manifest is rendered as, so that it collides with no other one and no chart. */
  releaseName: string
}

/** Everything the agent executes for one layer, in this order: namespaces, charts in order, manifests in order. */
export interface LayerPlan {
  /** Where releases and objects without a namespace go. */
  namespace: string
  /** False: the values name no namespace (`default` is meant), so none is created. */
  namespaceGiven: boolean
  additionalNamespaces: string[]
  namespaceLabels: ByNamespace
  namespaceAnnotations: ByNamespace
  installPriority: number
  charts: PlannedChart[]
  manifests: PlannedManifest[]
  readinessChecks: ReadinessCheck[]
}

/**
 * What to install for one layer. `pack` is null for a layer of attached manifests only. `valuesText` is the resolved values text of the
 * layer; `layerName` its name in the profile (release names derive from it). Pure. Throws `PackError` when the values cannot be read, or
 * when two parts would be one release.
 */
export const planLayer = (pack: PackFiles | null, valuesText: string, layerName: string): LayerPlan =>
  planValues(pack, readValues(valuesText), layerName)

/** The same, of values that were read. */
export function planValues(pack: PackFiles | null, values: ValuesText, layerName: string): LayerPlan {
  const section = readPackSection(values)
  const charts = (pack?.charts ?? []).map((chart) =>
    planChart(chart, pack?.charts.length ?? 0, values, section, layerName),
  )
  const manifests = planManifests(pack?.manifests ?? [], charts, values, layerName)
  refuseSharedReleases(charts, manifests, values)
  return {
    namespace: section.namespace,
    namespaceGiven: section.namespaceGiven,
    additionalNamespaces: section.additionalNamespaces,
    namespaceLabels: section.namespaceLabels,
    namespaceAnnotations: section.namespaceAnnotations,
    installPriority: section.installPriority,
    charts,
    manifests,
    readinessChecks: readReadinessChecks(values, section.namespace),
  }
}

function planChart(
  chart: PackChart,
  chartsInPack: number,
  values: ValuesText,
  section: PackSection,
  layerName: string,
): PlannedChart {
  const base = archiveBase(chart.path)
  return {
    name: chart.name,
    version: chart.version,
    archive: chart.archive,
    releaseName:
      section.releaseNameOverride[chart.name] ??
      section.releaseNameOverride[base] ??
      releaseName(layerName, chart.name),
    valuesText: values.slice(chartValuesPath(chart, chartsInPack, values)),
    definitions: chart.definitions,
    definesByHelm: chart.hasInnerCharts,
  }
}

/**
 * The values of a chart: below `charts.<name of Chart.yaml>`, else below `charts.<archive name without version>`; a pack's only chart may
 * also have them directly below `charts:` (seen in published packs). Anything else means the chart runs with its own values.
 */
export function chartValuesPath(
  chart: { name: string; path: string },
  chartsInPack: number,
  values: Pick<ValuesText, 'keys'>,
): string[] {
  const base = archiveBase(chart.path)
  const keys = values.keys(['charts'])
  for (const key of [chart.name, base]) if (keys.includes(key)) return ['charts', key]
  return chartsInPack === 1 && keys.length > 0 ? ['charts'] : ['charts', chart.name]
}

/** `charts/web-1.2.0.tgz` → `web`. */
export function archiveBase(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.(tgz|tar\.gz)$/, '')
  return file.replace(/-v?\d[\w.+-]*$/, '')
}

/** `manifests/a/web.yaml` → `web`. */
export const manifestName = (path: string): string =>
  path.slice(path.lastIndexOf('/') + 1).replace(/\.(ya?ml|json)$/, '')

function planManifests(
  files: PackFiles['manifests'],
  charts: readonly PlannedChart[],
  values: ValuesText,
  layerName: string,
): PlannedManifest[] {
  const names = files.map((file) => manifestName(file.path))
  const taken = new Set(charts.map((chart) => chart.releaseName))
  return files.map((file, index) => {
    const name = names[index] ?? ''
    // Only a file with values of its own is a template: verbatim files hold foreign `{{ }}` that would fail any engine.
    const templated = values.keys(['manifests']).includes(name)
    const plain = releaseName(layerName, name)
    const isUnique = names.indexOf(name) === names.lastIndexOf(name) && !taken.has(plain)
    return {
      path: file.path,
      name,
      content: file.content,
      templated,
      valuesText: templated ? values.slice(['manifests', name]) : '',
      releaseName: isUnique ? plain : releaseName(layerName, file.path.replace(/\.[a-z]+$/, '')),
    }
  })
}

/** Two parts with one release would take turns: each installation of one removes the other. */
function refuseSharedReleases(
  charts: readonly PlannedChart[],
  manifests: readonly PlannedManifest[],
  values: ValuesText,
): void {
  const parts = [
    ...charts.map((chart) => ({ release: chart.releaseName, what: `chart ${chart.name}` })),
    ...manifests
      .filter((manifest) => manifest.templated)
      .map((manifest) => ({ release: manifest.releaseName, what: `manifest ${manifest.path}` })),
  ]
  const path = ['pack', 'releaseNameOverride']
  const problems = parts.flatMap(({ release, what }, index): Problem[] => {
    const first = parts.slice(0, index).find((other) => other.release === release)
    const message = `${first?.what} and ${what} would both be release '${release}': give a chart another name in pack.releaseNameOverride`
    return first ? [{ file: 'values.yaml', path: path.join('.'), line: values.lineOf(path), message }] : []
  })
  if (problems.length > 0) throw new PackError(problems)
}
