import type { PackChart, PackFiles } from './pack-files.ts'
import { type ByNamespace, type PackSection, readPackSection } from './pack-section.ts'
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
}

/** One manifest file of the pack. */
export interface PlannedManifest {
  /** File name without folder and ending, e.g. `hello-universe`. */
  name: string
  content: string
  /** True: a Go template whose `.Values` are `valuesText`. False: apply as it is; it may hold foreign braces. */
  templated: boolean
  /** YAML text; empty unless `templated`. */
  valuesText: string
  /** Release that a templated manifest is rendered as, so that two of them never collide. */
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
 * layer; `layerName` its name in the profile (release names derive from it). Pure. Throws `PackError` when the values cannot be read.
 */
export function planLayer(pack: PackFiles | null, valuesText: string, layerName: string): LayerPlan {
  const values = readValues(valuesText)
  const section = readPackSection(values)
  return {
    namespace: section.namespace,
    namespaceGiven: section.namespaceGiven,
    additionalNamespaces: section.additionalNamespaces,
    namespaceLabels: section.namespaceLabels,
    namespaceAnnotations: section.namespaceAnnotations,
    installPriority: section.installPriority,
    charts: (pack?.charts ?? []).map((chart) => planChart(chart, pack?.charts.length ?? 0, values, section, layerName)),
    manifests: planManifests(pack?.manifests ?? [], values, layerName),
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
    valuesText: values.slice(chartValuesPath(chart, base, chartsInPack, values)),
  }
}

/**
 * The values of a chart: below `charts.<name of Chart.yaml>`, else below `charts.<archive name without version>`; a pack's only chart may
 * also have them directly below `charts:` (seen in published packs). Anything else means the chart runs with its own values.
 */
function chartValuesPath(chart: PackChart, base: string, chartsInPack: number, values: ValuesText): string[] {
  const keys = values.keys(['charts'])
  for (const key of [chart.name, base]) if (keys.includes(key)) return ['charts', key]
  return chartsInPack === 1 && keys.length > 0 ? ['charts'] : ['charts', chart.name]
}

/** `charts/web-1.2.0.tgz` → `web`. */
function archiveBase(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.(tgz|tar\.gz)$/, '')
  return file.replace(/-v?\d[\w.+-]*$/, '')
}

/** `manifests/a/web.yaml` → `web`. */
const manifestName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.(ya?ml|json)$/, '')

function planManifests(files: PackFiles['manifests'], values: ValuesText, layerName: string): PlannedManifest[] {
  const names = files.map((file) => manifestName(file.path))
  return files.map((file, index) => {
    const name = names[index] ?? ''
    // Only a file with values of its own is a template: verbatim files hold foreign `{{ }}` that would fail any engine.
    const templated = values.keys(['manifests']).includes(name)
    const isUnique = names.indexOf(name) === names.lastIndexOf(name)
    return {
      name,
      content: file.content,
      templated,
      valuesText: templated ? values.slice(['manifests', name]) : '',
      releaseName: releaseName(layerName, isUnique ? name : file.path.replace(/\.[a-z]+$/, '')),
    }
  })
}
