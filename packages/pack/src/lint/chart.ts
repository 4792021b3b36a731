import { PackError } from '../format/problems.ts'
import { parseYaml } from '../format/yaml-text.ts'
import { readArchive } from '../sources/archive.ts'
import { parseChart } from '../sources/charts.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { type ChartDefaults, chartDefaults } from './chart-defaults.ts'
import { type Placed, type PlacedText, placedAt, placedText, textOf } from './placed.ts'

/** A chart as lint looks at it: everything that decides which values it knows, charts within it included. */
export interface LintChart {
  name: string
  version: string
  type: string
  dependencies: ChartDependency[]
  /** Its own `values.yaml`. */
  defaults: ChartDefaults
  /** Its `values.schema.json` as data; null when there is none. */
  schema: unknown
  /** Text files in which values may be used: templates, and files that templates may render. */
  templates: ChartText[]
  /** By the name of their folder. */
  inner: LintChart[]
}

export interface ChartText {
  path: string
  text: string
}

export interface ChartDependency {
  name: string
  /** The key of its values: its alias, else its name. */
  key: string
  /** Comma-separated paths that switch it on. */
  condition: string
  hasTags: boolean
  /** Paths of this chart that it brings values to; `*` when they cannot be told. */
  imports: string[]
}

/** Charts within charts within charts: more is nobody's chart. */
const maxDepth = 5
const metadata = /^(Chart|requirements)\.yaml$/
const skipped = /^(README|LICENSE|CHANGELOG|ci\/|crds\/|examples?\/|docs?\/|tests?\/)|\.(md|png|svg|gif|jpg)$/i

const isRead = (file: string): boolean => !skipped.test(file.slice(file.indexOf('/') + 1))

/** Reads a chart archive. Throws `PackError` when it is none. */
export const readLintChart = async (archive: Uint8Array, path: string): Promise<LintChart> =>
  lintChartOf(await readArchive(archive, path, { only: isRead }), path)

/** The chart of these files, which lie in a folder as in its archive. Throws `PackError` when they are none. */
export async function lintChartOf(tree: FileTree, path: string): Promise<LintChart> {
  const files = new Map([...tree].filter(([file]) => isRead(file)))
  const folder = [...files.keys()]
    .map((file) => file.slice(0, file.indexOf('/')))
    .find((top) => files.has(`${top}/Chart.yaml`))
  if (folder === undefined) {
    throw new PackError([
      { file: path, path: '', line: 0, message: 'is no chart archive: it holds no <chart>/Chart.yaml' },
    ])
  }
  // The same judge as at installation.
  parseChart(textIn(files, `${folder}/Chart.yaml`), path)
  return chartOf(below(files, folder), `${path}/${folder}`, 0)
}

const below = (files: FileTree, folder: string): FileTree =>
  new Map(
    [...files].flatMap(([path, content]) =>
      path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), content]] : [],
    ),
  )

async function chartOf(files: FileTree, place: string, depth: number): Promise<LintChart> {
  const chart = readYaml(files, 'Chart.yaml', place)
  const root = chart?.root ?? null
  const old = readYaml(files, 'requirements.yaml', place)?.root ?? null
  const dependencies = [root, old].flatMap((one) => placedAt(one, ['dependencies'])?.items ?? []).map(dependencyOf)
  return {
    name: textOf(placedAt(root, ['name'])),
    version: String(placedAt(root, ['version'])?.scalar ?? ''),
    type: textOf(placedAt(root, ['type'])),
    dependencies,
    defaults: chartDefaults(textIn(files, 'values.yaml'), `${place}/values.yaml`),
    schema: tolerant(() => JSON.parse(textIn(files, 'values.schema.json') || 'null') as unknown),
    templates: [...files.keys()]
      .filter(
        (path) => !path.startsWith('charts/') && !metadata.test(path) && !/^values[^/]*\.(ya?ml|json)$/.test(path),
      )
      .map((path) => ({ path, text: textIn(files, path) })),
    inner: depth < maxDepth ? await innerCharts(files, place, depth) : [],
  }
}

async function innerCharts(files: FileTree, place: string, depth: number): Promise<LintChart[]> {
  const folders = new Set<string>()
  const inner: LintChart[] = []
  for (const [path, content] of files) {
    const [top, name = '', ...rest] = path.split('/')
    if (top !== 'charts') continue
    if (rest.length === 0 && /\.(tgz|tar\.gz)$/.test(name)) inner.push(await readLintChart(content, `${place}/${path}`))
    else if (rest.length === 1 && rest[0] === 'Chart.yaml') folders.add(`charts/${name}`)
  }
  for (const folder of folders) inner.push(await chartOf(below(files, folder), `${place}/${folder}`, depth + 1))
  return inner
}

function dependencyOf(entry: Placed): ChartDependency {
  const field = (name: string): Placed | null => placedAt(entry, [name])
  const name = textOf(field('name'))
  return {
    name,
    key: textOf(field('alias')) || name,
    condition: textOf(field('condition')),
    hasTags: (field('tags')?.items?.length ?? 0) > 0,
    imports: (field('import-values')?.items ?? []).map((item) => textOf(placedAt(item, ['parent'])) || '*'),
  }
}

const readYaml = (files: FileTree, name: string, place: string): PlacedText | null => {
  const content = files.get(name)
  return content === undefined ? null : placedText(parseYaml(new TextDecoder().decode(content), `${place}/${name}`))
}

const textIn = (files: FileTree, path: string): string => new TextDecoder().decode(files.get(path))

/** Helm reads it as well, and says better what is wrong: here it only means that less is known. */
function tolerant<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof PackError || error instanceof SyntaxError) return null
    throw error
  }
}
