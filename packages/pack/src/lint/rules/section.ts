import { archiveBase } from '../../format/layer.ts'
import { readPackSection } from '../../format/pack-section.ts'
import { readReadinessChecks } from '../../format/readiness.ts'
import { type LintedPack, orFindings, type PackedValues, placeInValues } from '../linted-pack.ts'
import { placedAt } from '../placed.ts'

const FILE = 'values.yaml'
const knownKeys = new Set([
  ...['namespace', 'namespaceLabels', 'namespaceAnnotations', 'additionalNamespaces', 'releaseNameOverride', 'content'],
  ...['drift', 'palette', 'spectrocloud.com/install-priority', 'pack.spectrocloud.com/install-priority'],
  ...['spectrocloud.com/display-name'],
])
const contentKeys = new Set(['images', 'charts', 'manifests'])

/** The `pack:` section and the readiness checks. */
export function lintSection(pack: LintedPack): void {
  const { values } = pack
  if (values === null) return
  const section = orFindings(pack, 'values-invalid', values.text, () => readPackSection(values.read))
  orFindings(pack, 'readiness-invalid', values.text, () => readReadinessChecks(values.read, 'default'))
  const installs = (pack.manifest?.charts.length ?? 0) + (pack.manifest?.kubeManifests.length ?? 0) > 0
  if (section?.namespaceGiven === false && installs) {
    const message = "is missing: what names no namespace goes to 'default'; give the pack one of its own"
    pack.add('namespace-missing', FILE, placeInValues(pack, ['pack']), 'pack.namespace', message)
  }
  lintKeys(pack, values, ['pack'], knownKeys)
  lintKeys(pack, values, ['pack', 'content'], contentKeys)
  lintReleaseNames(pack, values)
}

function lintKeys(pack: LintedPack, values: PackedValues, path: string[], known: ReadonlySet<string>): void {
  for (const [key, { offset }] of placedAt(values.placed.root, path)?.fields ?? []) {
    if (known.has(key)) continue
    const message = `means nothing here: use one of ${[...known].join(', ')}`
    pack.add('section-unknown-key', FILE, values.placed.placeAt(offset), [...path, key].join('.'), message)
  }
}

function lintReleaseNames(pack: LintedPack, values: PackedValues): void {
  const path = ['pack', 'releaseNameOverride']
  const named = [...pack.charts.map(({ chart }) => chart.name), ...(pack.manifest?.charts ?? []).map(archiveBase)]
  for (const [key, { offset }] of placedAt(values.placed.root, path)?.fields ?? []) {
    if (named.includes(key)) continue
    const message = `no chart is called '${key}': the name is given to nothing; use one of ${[...new Set(named)].join(', ') || '(no charts)'}`
    pack.add('section-no-chart', FILE, values.placed.placeAt(offset), [...path, key].join('.'), message)
  }
}
