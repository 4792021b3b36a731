import { chartValuesPath, manifestName } from '../format/layer.ts'
import { type FoundMacros, findMacros } from '../format/macros.ts'
import { type PackManifest, readPackManifest } from '../format/pack-json.ts'
import { PackError, type Problem } from '../format/problems.ts'
import { parseValuesWithTokens, type ValuesText, valuesOf } from '../format/values.ts'
import { unpackedChart } from '../sources/charts.ts'
import { type FileTree, withoutTopFolder } from '../sources/file-tree.ts'
import { type LintChart, lintChartOf, readLintChart } from './chart.ts'
import type { LintCode } from './codes.ts'
import { type Finding, finding, noPlace, type Place } from './finding.ts'
import { type KnownValues, valuesOfChart, valuesOfTemplate } from './known-values.ts'
import { once } from './once.ts'
import { keyOffset, type PlacedText, placedJson, placedText } from './placed.ts'

/** A chart of the pack that can be read. */
export interface PackedChart {
  path: string
  chart: LintChart
  known: KnownValues
  /** Where its values stand. */
  valuesPath: string[]
}

export interface PackedManifest {
  path: string
  name: string
  text: string
  /** What it knows; null when it is applied as it is. */
  known: KnownValues | null
}

export interface PackedValues {
  text: string
  read: ValuesText
  placed: PlacedText
  /** Found at the first call. */
  macros(): FoundMacros
}

/** A pack as far as it can be read, and what was found in it so far. */
export interface LintedPack {
  files: FileTree
  manifest: PackManifest | null
  /** `pack.json` with its places; null when it is no JSON. */
  metadata: PlacedText | null
  values: PackedValues | null
  charts: PackedChart[]
  manifests: PackedManifest[]
  findings: Finding[]
  add(code: LintCode, file: string, at: Place | null, path: string, message: string): void
  /** One finding for each problem; where they stand is said by their line. */
  addProblems(code: LintCode, problems: readonly Problem[], text: string): void
  textOf(path: string): string | null
}

/** A text that is no YAML at all may be wrong in each of its lines: more help nobody. */
const mostProblems = 100

/** Reads what can be read; what cannot is a finding. */
export async function readLintedPack(tree: FileTree): Promise<LintedPack> {
  const pack = newPack(withoutTopFolder(tree))
  readMetadata(pack)
  readValuesOf(pack)
  if (pack.manifest === null) return pack
  await readCharts(pack, pack.manifest)
  readManifests(pack, pack.manifest)
  return pack
}

function newPack(files: FileTree): LintedPack {
  const findings: Finding[] = []
  const add: LintedPack['add'] = (code, file, at, path, message) =>
    void findings.push(finding(code, file, at ?? noPlace, path, message))
  return {
    files,
    manifest: null,
    metadata: null,
    values: null,
    charts: [],
    manifests: [],
    findings,
    add,
    addProblems(code, problems, text) {
      for (const { file, line, column, path, message } of problems.slice(0, mostProblems)) {
        add(code, file, column === undefined ? startOfLine(text, line) : { line, column }, path, message)
      }
    },
    textOf(path) {
      const content = this.files.get(path)
      if (content === undefined) return null
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
      } catch {
        add('metadata-invalid', path, null, '', 'is no UTF-8 text: save it as UTF-8')
        return null
      }
    },
  }
}

/** The first letter of a line. */
export function startOfLine(text: string, line: number): Place {
  if (line <= 0) return noPlace
  const indentation = /^\s*/.exec(text.split('\n', line)[line - 1] ?? '')?.[0].length ?? 0
  return { line, column: indentation + 1 }
}

/** Runs a reader; what it throws as `PackError` becomes findings. */
export function orFindings<T>(pack: LintedPack, code: LintCode, text: string, read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof PackError)) throw error
    pack.addProblems(code, error.problems, text)
    return null
  }
}

/** Where a field of `pack.json` stands: `constraints.dependencies[0].packName`. */
export function placeInMetadata({ metadata }: LintedPack, path: string): Place | null {
  if (metadata === null) return null
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '')
  const offset = keyOffset(metadata, keys)
  return offset === null ? null : metadata.placeAt(offset)
}

/** Where a key of `values.yaml` stands, or the nearest above it. */
export function placeInValues({ values }: LintedPack, path: readonly string[]): Place | null {
  const offset = values ? keyOffset(values.placed, path) : null
  return offset === null || values === null ? null : values.placed.placeAt(offset)
}

function readMetadata(pack: LintedPack): void {
  const text = pack.textOf('pack.json')
  if (text === null) {
    if (!pack.files.has('pack.json'))
      pack.add('file-missing', 'pack.json', null, '', 'is missing: a pack is known by it')
    return
  }
  try {
    pack.metadata = placedJson(text, 'pack.json')
    pack.manifest = readPackManifest(text)
  } catch (error) {
    if (!(error instanceof PackError)) throw error
    for (const { path, message, line } of error.problems) {
      const place = path === '' ? startOfLine(text, line) : placeInMetadata(pack, path)
      const code = path.startsWith('constraints') ? 'constraint-invalid' : 'metadata-invalid'
      pack.add(code, 'pack.json', place, path, message)
    }
  }
}

function readValuesOf(pack: LintedPack): void {
  const text = pack.textOf('values.yaml')
  if (text === null) {
    if (!pack.files.has('values.yaml'))
      pack.add('file-missing', 'values.yaml', null, '', 'is missing: a pack without values has an empty one')
    return
  }
  pack.values = orFindings(pack, 'values-invalid', text, () => {
    const { parsed, tokens } = parseValuesWithTokens(text)
    const macros = once(() => findMacros(text, 'values.yaml', tokens))
    return { text, read: valuesOf(text, parsed), placed: placedText(parsed), macros }
  })
}

const noValues = { keys: (): string[] => [] }

async function readCharts(pack: LintedPack, manifest: PackManifest): Promise<void> {
  // A pack without any archive keeps its charts unpacked on purpose.
  const areArchives = manifest.charts.some((path) => pack.files.has(path))
  for (const [index, path] of manifest.charts.entries()) {
    const archive = pack.files.get(path)
    try {
      const unpacked = archive ? null : unpackedChart(pack.files, path)
      if (unpacked && areArchives) addUnpacked(pack, `charts[${index}]`, path)
      const chart = unpacked ? await lintChartOf(unpacked, path) : archive && (await readLintChart(archive, path))
      if (chart === undefined) {
        addMissing(pack, `charts[${index}]`, path)
        continue
      }
      const valuesPath = chartValuesPath(
        { name: chart.name, path },
        manifest.charts.length,
        pack.values?.read ?? noValues,
      )
      pack.charts.push({ path, chart, known: valuesOfChart(chart), valuesPath })
    } catch (error) {
      if (!(error instanceof PackError)) throw error
      for (const problem of error.problems) pack.add('archive-invalid', path, null, '', problem.message)
    }
  }
}

function addUnpacked(pack: LintedPack, field: string, path: string): void {
  const message = `'${path}' is not there, unlike other archives: only 'atrium pack build' makes it from the chart beside it; pack it`
  pack.add('chart-unpacked', 'pack.json', placeInMetadata(pack, field), field, message)
}

function addMissing(pack: LintedPack, field: string, path: string): void {
  const message = `names '${path}', which is not in the pack: add the file or take it off the list`
  pack.add('file-missing', 'pack.json', placeInMetadata(pack, field), field, message)
}

function readManifests(pack: LintedPack, manifest: PackManifest): void {
  const keys = pack.values?.read.keys(['manifests']) ?? []
  for (const [index, path] of manifest.kubeManifests.entries()) {
    if (!pack.files.has(path)) addMissing(pack, `kubeManifests[${index}]`, path)
    const text = pack.textOf(path)
    if (text === null) continue
    const name = manifestName(path)
    pack.manifests.push({ path, name, text, known: keys.includes(name) ? valuesOfTemplate(text) : null })
  }
}
