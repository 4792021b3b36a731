import { presetsOf } from '../../format/presets.ts'
import { PackError } from '../../format/problems.ts'
import { parseValues } from '../../format/values.ts'
import { parseYaml } from '../../format/yaml-text.ts'
import { keysOfDotted } from '../dotted.ts'
import type { Place } from '../finding.ts'
import { type LintedPack, orFindings, startOfLine } from '../linted-pack.ts'
import { type Placed, type PlacedText, placedAt, placedText, textOf } from '../placed.ts'
import { lostValues } from '../unknown-values.ts'
import { unknownMessage } from './values.ts'

const FILE = 'presets.yaml'

interface Entry {
  name: string
  group: string
  node: Placed
  place: Place
  /** What it adds; null when that cannot be read. */
  added: PlacedText | null
  /** Line of `presets.yaml` in front of the first line that it adds. */
  addLine: number
}

/** `presets.yaml`: each preset changes what there is. */
export function lintPresets(pack: LintedPack): void {
  const text = pack.files.has(FILE) ? pack.textOf(FILE) : null
  const placed = text === null ? null : readPlaced(pack, text)
  const entries = text === null || placed === null ? [] : readEntries(pack, text, placed)
  lintEnabled(pack, entries)
  if (text === null || placed === null) return
  lintNames(pack, entries)
  const sources = [pack.values?.placed.root ?? null, ...entries.map(({ added }) => added?.root ?? null)]
  for (const entry of entries) {
    lintRemoved(pack, placed, entry, sources)
    lintAdded(pack, text, entry)
  }
}

const readPlaced = (pack: LintedPack, text: string): PlacedText | null =>
  orFindings(pack, 'presets-invalid', text, () => {
    const parsed = parseYaml(text, FILE)
    presetsOf(parsed, FILE)
    return placedText(parsed)
  })

const readEntries = (pack: LintedPack, text: string, placed: PlacedText): Entry[] =>
  (placedAt(placed.root, ['presets'])?.items ?? []).map((node): Entry => {
    const [name, group] = [textOf(placedAt(node, ['name'])), textOf(placedAt(node, ['group']))]
    const add = placedAt(node, ['add'])
    const addLine = add === null ? 0 : placed.placeAt(add.offset).line
    const place = placed.placeAt(node.offset)
    return { name, group, node, place, addLine, added: readAdded(pack, text, name, textOf(add), addLine) }
  })

function readAdded(pack: LintedPack, text: string, name: string, yaml: string, addLine: number): PlacedText | null {
  const fail = (line: number, message: string): void =>
    pack.add('presets-invalid', FILE, startOfLine(text, line), name, message)
  try {
    const placed = placedText(parseValues(yaml, FILE))
    if (placed.root === null || placed.root.fields) return placed
    if (placed.root.scalar !== null) fail(addLine, 'adds a text that is no map: write keys as in values.yaml')
  } catch (error) {
    if (!(error instanceof PackError)) throw error
    const [first] = error.problems
    if (first) fail(addLine + first.line, `adds what is no YAML: ${first.message}`)
  }
  return null
}

function lintNames(pack: LintedPack, entries: readonly Entry[]): void {
  const seen = new Set<string>()
  for (const { name, group, place } of entries) {
    const id = JSON.stringify([group, name])
    const message = `there is a preset '${name}' of group '${group}' already: give this one another name`
    if (seen.has(id)) pack.add('preset-repeated', FILE, place, name, message)
    seen.add(id)
  }
}

/** A path may come from another preset; one that comes from nowhere is a slip. */
function lintRemoved(
  pack: LintedPack,
  placed: PlacedText,
  { name, node }: Entry,
  sources: readonly (Placed | null)[],
): void {
  for (const item of placedAt(node, ['remove'])?.items ?? []) {
    const path = textOf(item)
    if (path === '' || sources.some((root) => keysOfDotted(root, path).found)) continue
    const message = `removes '${path}', which no value has: correct the path, or leave it out`
    pack.add('preset-no-path', FILE, placed.placeAt(item.offset), name, message)
  }
}

function lintAdded(pack: LintedPack, text: string, { name, added, addLine }: Entry): void {
  if (added === null) return
  const at = (offset: number) => startOfLine(text, addLine + added.placeAt(offset).line)
  const charts = pack.charts.map(({ chart, known, valuesPath }) => ({
    path: valuesPath,
    known,
    what: `chart ${chart.name}`,
  }))
  const manifests = pack.manifests.map(({ name: file, known, path }) => ({
    path: ['manifests', file],
    known,
    what: path,
  }))
  const readers = [...charts, ...manifests]
  const isWhole = pack.charts.length === pack.manifest?.charts.length
  for (const section of ['charts', 'manifests']) {
    for (const [key, { offset, value }] of placedAt(added.root, [section])?.fields ?? []) {
      const reader = readers.find(({ path }) => path[0] === section && (path[1] ?? key) === key)
      if (reader === undefined && isWhole) {
        pack.add(
          'preset-no-chart',
          FILE,
          at(offset),
          name,
          `adds values for ${section}.${key}, which the pack does not have: nothing reads them`,
        )
      }
      if (!reader?.known || reader.path.length === 1) continue
      for (const lost of lostValues(value, reader.known)) {
        if (lost.why === 'unknown')
          pack.add('preset-unknown-key', FILE, at(lost.offset), name, unknownMessage(lost.path, reader.what))
      }
    }
  }
}

/** `# spectrocloud.com/enabled-presets: Group:name,Group2:name` at the top of the values. */
function lintEnabled(pack: LintedPack, entries: readonly Entry[]): void {
  const text = pack.values?.text ?? ''
  const match = /^[ \t]*#[ \t]*spectrocloud\.com\/enabled-presets:(.*)$/m.exec(text)
  const chosen = (match?.[1] ?? '').split(',').map((choice) => choice.trim())
  const unknown = chosen.filter(
    (choice) => choice !== '' && !entries.some(({ group, name }) => choice === `${group}:${name}`),
  )
  if (unknown.length === 0) return
  const line = text.slice(0, match?.index ?? 0).split('\n').length
  const message = `presets.yaml has no ${unknown.join(', ')}: name its groups and presets, or take the comment away`
  pack.add('preset-enabled', 'values.yaml', startOfLine(text, line), '', message)
}
