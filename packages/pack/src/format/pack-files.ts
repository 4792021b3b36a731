import type { PackManifest } from './pack-json.ts'

/** A text file of a pack, or of a chart in it. */
export interface PackFile {
  path: string
  content: string
}

/** A chart of a pack, ready for helm. */
export interface PackChart {
  /** As `pack.json` names it, e.g. `charts/web-1.2.0.tgz`. */
  path: string
  /** `name` of the chart's Chart.yaml. */
  name: string
  /** `version` of the chart's Chart.yaml. */
  version: string
  /** The chart archive (tar, gzip). */
  archive: Uint8Array
  /** Files of the chart's own `crds/`, by path; those of charts within it are left to helm. */
  definitions: readonly PackFile[]
  /** Charts within it may bring definitions too: which of them are wanted only helm can tell. */
  hasInnerCharts: boolean
}

/** A pack read into memory; nothing here depends on where it came from. */
export interface PackFiles {
  manifest: PackManifest
  /** `values.yaml` as it was written: comments carry meaning. */
  values: string
  readme: string
  /** In the order of `pack.json`. */
  charts: readonly PackChart[]
  /** Files named by `kubeManifests`, in that order. */
  manifests: readonly PackFile[]
  /** `presets.yaml`; empty when there is none. */
  presets: string
  /** `schema.yaml`; empty when there is none. */
  schema: string
  logo: Uint8Array | null
}
