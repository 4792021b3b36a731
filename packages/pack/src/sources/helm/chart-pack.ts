import { nestValues } from '../../format/nest-values.ts'
import { packError } from '../../format/problems.ts'
import { readArchive } from '../archive.ts'
import { readChart } from '../charts.ts'
import type { FileTree } from '../file-tree.ts'

const texts = /^[^/]+\/(values\.yaml|README\.md)$/

/**
 * A pack of one chart, so that charts of Helm repositories are kept, pinned and installed as packs are: the chart as it is, its values below
 * `charts.<chart>`, a namespace of its name. Depends on the chart alone.
 */
export async function packOfChart(
  chart: { name: string; version: string; description: string },
  archive: Uint8Array,
): Promise<FileTree> {
  const { name, version } = await readChart('chart', archive)
  if (name !== chart.name || version !== chart.version)
    throw packError('Chart.yaml', `says ${name} ${version}, the repository ${chart.name} ${chart.version}`)
  const files = await readArchive(archive, `${name}-${version}`, { only: (path) => texts.test(path) })
  const text = (path: string): string => new TextDecoder().decode(files.get(`${topOf(files)}/${path}`))
  const path = `charts/${name}-${version}.tgz`
  const manifest = {
    name,
    displayName: name,
    version,
    layer: 'addon',
    addonType: 'helm chart',
    cloudTypes: ['all'],
    annotations: { source: 'helm', description: chart.description },
    charts: [path],
  }
  return new Map<string, Uint8Array>([
    ['pack.json', Buffer.from(JSON.stringify(manifest, null, 2))],
    ['values.yaml', Buffer.from(`pack:\n  namespace: "${name}"\n${nestValues(name, text('values.yaml'))}`)],
    ['README.md', Buffer.from(text('README.md'))],
    [path, archive],
  ])
}

const topOf = (files: FileTree): string => [...files.keys()][0]?.split('/', 1)[0] ?? ''
