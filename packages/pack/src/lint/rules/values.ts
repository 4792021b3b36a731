import { archiveBase } from '../../format/layer.ts'
import type { KnownValues } from '../known-values.ts'
import { type LintedPack, type PackedValues, placeInValues } from '../linted-pack.ts'
import { type Placed, placedAt } from '../placed.ts'
import { lostValues } from '../unknown-values.ts'

const FILE = 'values.yaml'
const ownKeys = new Set(['pack', 'charts', 'manifests', 'readinessCheck'])

/** Whether every value is read by something. */
export function lintValues(pack: LintedPack): void {
  const { values, manifest } = pack
  if (values === null) return
  for (const { path, offset } of values.placed.repeated) {
    const key = path.at(-1) ?? ''
    pack.add(
      'values-repeated-key',
      FILE,
      values.placed.placeAt(offset),
      path.join('.'),
      `'${key}' stands twice in one map: the last one counts; keep one`,
    )
  }
  if (manifest === null) return
  lintChartKeys(pack, values)
  lintManifestKeys(pack, values)
  for (const { chart, known, valuesPath } of pack.charts)
    lintKnown(pack, values, valuesPath, known, `chart ${chart.name}`)
  for (const { name, known, path } of pack.manifests) {
    if (known !== null) lintKnown(pack, values, ['manifests', name], known, path)
  }
  lintStrayKeys(pack, values)
}

function lintKnown(pack: LintedPack, values: PackedValues, path: string[], known: KnownValues, reader: string): void {
  const given = placedAt(values.placed.root, path)
  if (given === null) return
  for (const { path: inner, offset, why } of lostValues(given, known)) {
    const whole = [...path, ...inner].join('.')
    const place = values.placed.placeAt(offset)
    if (why === 'unknown') pack.add('values-unknown-key', FILE, place, whole, unknownMessage(inner, reader))
    else
      pack.add(
        'values-not-a-map',
        FILE,
        place,
        whole,
        `must be a map, as in the values of ${reader}: helm leaves this value out`,
      )
  }
}

export const unknownMessage = (path: readonly string[], reader: string): string =>
  `${reader} does not know '${path.join('.')}': nothing reads it; correct the name, or remove it`

/** Keys below `charts:` that no chart of the pack has. */
function lintChartKeys(pack: LintedPack, values: PackedValues): void {
  const charts = placedAt(values.placed.root, ['charts'])
  if (charts?.fields === null || charts === null) return
  const [only] = pack.charts
  if (only !== undefined && only.valuesPath.length === 1 && isRead(charts, only.known)) {
    const message = `values of ${only.chart.name} stand directly below charts: move them to charts.${only.chart.name}, where everybody looks`
    pack.add('values-level', FILE, placeInValues(pack, ['charts']), 'charts', message)
    return
  }
  // The values of an archive that cannot be read are somebody's; which ones, nobody can tell.
  const unread = (pack.manifest?.charts ?? []).filter((path) => !pack.charts.some((chart) => chart.path === path))
  const names = [...pack.charts.map(({ chart }) => chart.name), ...(pack.manifest?.charts ?? []).map(archiveBase)]
  for (const [key, { offset }] of charts.fields) {
    if (names.includes(key) || unread.length > 0) continue
    const there =
      pack.charts.length === 0
        ? 'the pack has no charts'
        : `there is ${[...new Set(pack.charts.map(({ chart }) => chart.name))].join(', ')}`
    const message = `no chart is called '${key}' (${there}): nothing reads these values; correct the key, or remove them`
    pack.add('values-no-chart', FILE, values.placed.placeAt(offset), `charts.${key}`, message)
  }
  if (only?.valuesPath.length === 1) only.valuesPath = ['charts', only.chart.name]
}

const isRead = (charts: Placed, known: KnownValues): boolean =>
  [...(charts.fields?.keys() ?? [])].some((key) => known.at([key]) !== 'unknown')

function lintManifestKeys(pack: LintedPack, values: PackedValues): void {
  const manifests = placedAt(values.placed.root, ['manifests'])
  const names = pack.manifests.map(({ name }) => name)
  for (const [key, { offset }] of manifests?.fields ?? []) {
    if (names.includes(key)) continue
    const there = names.length === 0 ? 'the pack has no manifests' : `there is ${names.join(', ')}`
    const message = `no manifest is called '${key}' (${there}): nothing reads these values; name the file without folder and ending`
    pack.add('values-no-manifest', FILE, values.placed.placeAt(offset), `manifests.${key}`, message)
  }
}

/** A key of its own at the top is of use to `{{.spectro.pack.<name>.<key>}}` alone. */
function lintStrayKeys(pack: LintedPack, values: PackedValues): void {
  for (const [key, { offset }] of values.placed.root?.fields ?? []) {
    if (ownKeys.has(key) || values.text.includes(`.spectro.pack.${pack.manifest?.name}.${key}`)) continue
    const message = `is none of ${[...ownKeys].join(', ')}: only placeholders of other packs can read it; chart values belong below charts.<chart>`
    pack.add('values-stray-key', FILE, values.placed.placeAt(offset), key, message)
  }
}
