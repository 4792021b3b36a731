import type { PackDependency } from './constraints-json.ts'
import { planLayer } from './layer.ts'
import { listedImages } from './listed-images.ts'
import type { PackFiles } from './pack-files.ts'
import { readPresets, readValuesSchema } from './presets.ts'
import { readValues } from './values.ts'

/** What a pack is and installs, as its files say. */
export interface PackSummary {
  name: string
  displayName: string
  version: string
  layer: string
  addonType: string
  cloudTypes: string[]
  annotations: Record<string, string>
  namespace: string
  installPriority: number
  charts: { name: string; version: string; release: string; file: string }[]
  manifests: { file: string; templated: boolean }[]
  ansibleRoles: string[]
  /** As the pack lists them. */
  images: string[]
  presets: { group: string; name: string; displayName: string }[]
  /** Paths of values that have a rule. */
  rules: string[]
  dependencies: PackDependency[]
}

/** Throws `PackError` when a file of the pack cannot be read. */
export function summaryOf(pack: PackFiles): PackSummary {
  const { manifest } = pack
  const { name, displayName, version, layer, addonType, cloudTypes, annotations, ansibleRoles, dependencies } = manifest
  const plan = planLayer(pack, pack.values, name)
  return {
    ...{ name, displayName, version, layer, addonType, cloudTypes, annotations, ansibleRoles, dependencies },
    namespace: plan.namespace,
    installPriority: plan.installPriority,
    charts: plan.charts.map((chart, index) => ({
      name: chart.name,
      version: chart.version,
      release: chart.releaseName,
      file: pack.charts[index]?.path ?? '',
    })),
    manifests: plan.manifests.map(({ path, templated }) => ({ file: path, templated })),
    images: listedImages(readValues(pack.values)),
    presets: readPresets(pack.presets).map(({ group, name: preset, displayName: title }) => ({
      group,
      name: preset,
      displayName: title,
    })),
    rules: Object.keys(readValuesSchema(pack.schema)),
  }
}
