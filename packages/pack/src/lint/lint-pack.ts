import { type LayerPlan, planValues } from '../format/layer.ts'
import { resolveMacros } from '../format/macros.ts'
import type { PackFiles } from '../format/pack-files.ts'
import { readValues } from '../format/values.ts'
import { type RenderedPart, type Renderer, renderPlan } from '../render/renderer.ts'
import { packUnpackedCharts } from '../sources/charts.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { type Finding, sortFindings } from './finding.ts'
import { type LintedPack, orFindings, readLintedPack } from './linted-pack.ts'
import { lintCharts } from './rules/charts.ts'
import { lintConstraints } from './rules/constraints.ts'
import { lintImageList } from './rules/images.ts'
import { lintMacros } from './rules/macros.ts'
import { lintMetadata } from './rules/metadata.ts'
import { lintObjects } from './rules/objects.ts'
import { lintPresets } from './rules/presets.ts'
import { lintSchema } from './rules/schema.ts'
import { lintSection } from './rules/section.ts'
import { lintValues } from './rules/values.ts'
import { sampleScope } from './sample-scope.ts'

const rules = [
  lintMetadata,
  lintCharts,
  lintValues,
  lintSection,
  lintMacros,
  lintPresets,
  lintSchema,
  lintConstraints,
  lintImageList,
]

/**
 * Everything that is wrong with a pack, the most severe first. Without a renderer, what templates make of the values is not looked at:
 * template errors, and images and privileges of charts. Throws for nothing that a pack can hold.
 */
export async function lintPack(tree: FileTree, renderer?: Renderer): Promise<Finding[]> {
  const pack = await readLintedPack(tree)
  for (const rule of rules) rule(pack)
  const plan = planOf(pack, renderer !== undefined)
  if (plan !== null) lintObjects(pack, await partsOf(pack, plan, renderer), renderer !== undefined)
  return sortFindings(pack.findings)
}

/** What would be installed with the pack's own values, and sample values in the place of placeholders. */
function planOf(pack: LintedPack, isRendered: boolean): LayerPlan | null {
  const { manifest, values } = pack
  if (manifest === null || values === null) return null
  if (pack.findings.some(({ code }) => code === 'values-invalid' || code === 'readiness-invalid')) return null
  const { text } = resolveMacros(values.text, sampleScope(manifest.name, values.read), undefined, values.macros())
  const resolved = text === values.text ? values.read : readValues(text)
  return orFindings(pack, 'release-shared', text, () =>
    planValues(packFilesOf(pack, manifest, isRendered), resolved, manifest.name),
  )
}

/** Archives are made of unpacked charts only when somebody renders them. */
function packFilesOf(
  { charts, manifests, files, values }: LintedPack,
  manifest: PackFiles['manifest'],
  isRendered: boolean,
): PackFiles {
  const packed = isRendered
    ? packUnpackedCharts(
        files,
        charts.map(({ path }) => path),
      )
    : files
  return {
    manifest,
    values: values?.text ?? '',
    readme: '',
    charts: charts.map(({ path, chart }) => ({
      path,
      name: chart.name,
      version: chart.version,
      archive: packed.get(path) ?? new Uint8Array(),
      definitions: [],
      hasInnerCharts: chart.inner.length > 0,
    })),
    manifests: manifests.map(({ path, text }) => ({ path, content: text })),
    presets: '',
    schema: '',
    logo: null,
  }
}

async function partsOf(pack: LintedPack, plan: LayerPlan, renderer: Renderer | undefined): Promise<RenderedPart[]> {
  if (renderer)
    return renderPlan(
      plan,
      pack.charts.map(({ path }) => path),
      renderer,
    )
  const verbatim = plan.manifests.filter(({ templated }) => !templated)
  return verbatim.map(({ path, content }) => ({ path, templated: false, outcome: { text: content } }))
}
