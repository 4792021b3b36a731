import { parse } from 'yaml'
import type { PackChart } from '../format/pack-files.ts'
import { packError } from '../format/problems.ts'
import { readArchive } from './archive.ts'
import { ArchiveNames, checkedPath, type FileTree } from './file-tree.ts'
import { packLimits } from './limits.ts'
import { tarHeader, writeArchive } from './write-archive.ts'

const chartFile = /^[^/]+\/Chart\.yaml$/
/** What helm takes for a definition: any depth below `crds/`, but not below the charts inside this one. */
const definitionFile = /^[^/]+\/crds\/.+\.(ya?ml|json)$/

/** A chart inside this one, which may bring definitions too. */
const innerChart = /^[^/]+\/charts\/[^/]+(\.tgz|\.tar\.gz|\/Chart\.yaml)$/

/** Reads name, version and definitions of a chart archive. Throws `PackError` when it is none. */
export async function readChart(path: string, archive: Uint8Array): Promise<PackChart> {
  const isRead = (entry: string): boolean =>
    [chartFile, definitionFile, innerChart].some((pattern) => pattern.test(entry))
  const files = [...(await readArchive(archive, path, { only: isRead }))]
  const [chartYaml] = files.filter(([file]) => chartFile.test(file))
  if (chartYaml === undefined) throw packError(path, 'is no chart archive: it holds no <chart>/Chart.yaml')
  const definitions = files
    .filter(([file]) => definitionFile.test(file))
    .map(([file, content]) => ({ path: file.slice(file.indexOf('/') + 1), content: new TextDecoder().decode(content) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const hasInnerCharts = files.some(([file]) => innerChart.test(file))
  const { name, version } = parseChart(new TextDecoder().decode(chartYaml[1]), path)
  return { path, archive, name, version, definitions, hasInnerCharts }
}

/** What a Chart.yaml says; empty where it says nothing. */
export interface ChartMetadata {
  name: string
  version: string
  appVersion: string
  description: string
  home: string
}

/** Reads a Chart.yaml. Throws `PackError` when it is none. */
export function parseChart(yaml: string, path: string): ChartMetadata {
  let chart: unknown
  try {
    chart = parse(yaml, { maxAliasCount: 100 })
  } catch (cause) {
    throw packError(path, 'holds a Chart.yaml that is no valid YAML', { cause })
  }
  const fields = (typeof chart === 'object' && chart !== null ? chart : {}) as Record<string, unknown>
  const { name } = fields
  if (typeof name !== 'string' || name === '') throw packError(path, 'holds a Chart.yaml without a name')
  const text = (field: string): string => {
    const value = fields[field]
    if (value === undefined || value === null) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  return {
    name,
    version: text('version'),
    appVersion: text('appVersion'),
    description: text('description'),
    home: text('home'),
  }
}

/**
 * Makes the archives that `pack.json` names from unpacked charts beside them: `charts/web-1.0.0.tgz` from `charts/web/`. An archive that
 * exists wins, and its unpacked copy is dropped either way.
 */
export function packUnpackedCharts(files: FileTree, chartPaths: readonly string[]): FileTree {
  const packed: FileTree = new Map(files)
  for (const path of chartPaths) {
    const folder = unpackedFolder(path, files)
    if (folder === undefined) continue
    for (const file of files.keys()) if (file.startsWith(`${folder}/`)) packed.delete(file)
    if (!files.has(path)) packed.set(path, writeArchive(chartIn(files, folder)))
  }
  return packed
}

/** The files of an unpacked chart as its archive would hold them; null when there is none. Throws `PackError` where no archive can be made. */
export function unpackedChart(files: FileTree, path: string): FileTree | null {
  const folder = unpackedFolder(path, files)
  if (folder === undefined) return null
  const chart = chartIn(files, folder)
  const names = new ArchiveNames(path)
  for (const [file, content] of chart) {
    // As whoever reads the archive will.
    names.add(checkedPath(file, path, packLimits))
    tarHeader(file, content.length)
  }
  return chart
}

function chartIn(files: FileTree, folder: string): FileTree {
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  const chart = [...files].filter(([file]) => file.startsWith(`${folder}/`))
  return new Map(chart.map(([file, content]) => [name + file.slice(folder.length), content]))
}

/** `charts/web-1.0.0.tgz` → `charts/web-1.0.0` or `charts/web`, whichever holds a Chart.yaml. */
function unpackedFolder(path: string, files: FileTree): string | undefined {
  const whole = path.replace(/\.(tgz|tar\.gz)$/, '')
  const candidates = [whole, whole.replace(/-v?\d[\w.+-]*$/, '')]
  return candidates.find((folder) => files.has(`${folder}/Chart.yaml`))
}
