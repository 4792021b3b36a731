import { nestValues } from '../format/nest-values.ts'
import type { PackLayerKind } from '../format/pack-json.ts'
import { packError } from '../format/problems.ts'
import { readArchive } from '../sources/archive.ts'
import { type ChartMetadata, parseChart } from '../sources/charts.ts'
import type { FileTree } from '../sources/file-tree.ts'

/** What a chart says about itself, as far as a pack takes it over. */
export interface ChartFacts extends ChartMetadata {
  values: string
  readme: string
}

export interface ChartPackOptions {
  /** Instead of the chart's. */
  name?: string
  version?: string
  displayName?: string
  namespace: string
  layer: PackLayerKind
  addonType: string
  cloudTypes: readonly string[]
  /** Where the chart came from; empty: from this machine. */
  repository: string
  images: readonly string[]
}

const factFile = /^[^/]+\/(Chart\.yaml|values\.yaml|README\.md)$/i

/** Reads a chart archive. Throws `PackError` when it is none. */
export async function readChartFacts(archive: Uint8Array, source: string): Promise<ChartFacts> {
  const files = await readArchive(archive, source, { only: (path) => factFile.test(path) })
  const text = (name: string): string => {
    const found = [...files].find(([path]) => path.slice(path.indexOf('/') + 1).toLowerCase() === name)
    return found === undefined ? '' : new TextDecoder('utf-8', { ignoreBOM: true }).decode(found[1])
  }
  const chart = parseChart(text('chart.yaml'), source)
  if (chart.version === '') throw packError(source, 'is no chart archive: its Chart.yaml names no version')
  return { ...chart, values: text('values.yaml'), readme: text('readme.md') }
}

/** The files of a pack that installs this chart. The chart's archive and its values are kept byte for byte. */
export function packOfChart(chart: ChartFacts, archive: Uint8Array, options: ChartPackOptions): FileTree {
  const path = `charts/${chart.name}-${chart.version}.tgz`
  const { name = chart.name, displayName = name } = options
  const manifest = {
    name,
    displayName,
    // Tags begin with a number: a leading `v` is refused by those who publish packs.
    version: options.version ?? chart.version.replace(/^v(?=\d)/, ''),
    layer: options.layer,
    ...(options.layer === 'addon' && { addonType: options.addonType }),
    cloudTypes: options.cloudTypes,
    annotations: annotationsOf(chart),
    charts: [path],
  }
  return new Map([
    ['pack.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)],
    ['values.yaml', Buffer.from(`${packSection(chart, options)}\n${nestValues(chart.name, chart.values)}`)],
    ['README.md', Buffer.from(chart.readme || `# ${displayName}\n\n${chart.description}\n`)],
    [path, archive],
  ])
}

const annotationsOf = ({ description, home, appVersion }: ChartFacts): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ source: 'community', description, docsURL: home, upstreamVersion: appVersion }).filter(
      ([, value]) => value !== '',
    ),
  )

function packSection({ name, version }: ChartFacts, { namespace, images, repository }: ChartPackOptions): string {
  const quoted = (text: string): string => JSON.stringify(text)
  return [
    'pack:',
    `  namespace: ${quoted(namespace)}`,
    '  content:',
    images.length === 0 ? '    images: []' : '    images:',
    ...images.map((image) => `      - image: ${image}`),
    '    charts:',
    ...(repository === ''
      ? [`      - name: ${name}`]
      : [`      - repo: ${quoted(repository)}`, `        name: ${name}`]),
    `        version: ${quoted(version)}`,
    '',
  ].join('\n')
}
