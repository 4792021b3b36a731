import type { PackFiles } from '../format/pack-files.ts'
import { readPackManifest } from '../format/pack-json.ts'
import { PackError, type Problem, packError } from '../format/problems.ts'
import { readValues } from '../format/values.ts'
import { readArchive } from './archive.ts'
import { packUnpackedCharts, readChart } from './charts.ts'
import { type FileTree, withoutTopFolder } from './file-tree.ts'
import type { ArchiveLimits } from './limits.ts'
import { writeArchive } from './write-archive.ts'

/** Reads a pack archive (`.tar.gz` or `.zip`, with or without a top folder). Throws `PackError`. */
export async function readPackArchive(bytes: Uint8Array, source: string, limits?: ArchiveLimits): Promise<PackFiles> {
  return loadPack(await readArchive(bytes, source, limits ? { limits } : {}))
}

/** Reads a pack from its files; charts may be unpacked. Throws `PackError` that lists everything missing. */
export const loadPack = async (tree: FileTree): Promise<PackFiles> => (await load(tree)).pack

/** The pack, and its files with charts packed. */
async function load(tree: FileTree): Promise<{ pack: PackFiles; packed: FileTree }> {
  const files = withoutTopFolder(tree)
  const { texts, packed } = readTexts(files)
  const { charts, kubeManifests } = texts.manifest
  const pack = {
    ...texts,
    charts: await Promise.all(charts.map((path) => readChart(path, packed.get(path) ?? new Uint8Array()))),
    manifests: kubeManifests.map((path) => ({ path, content: text(packed, path) ?? '' })),
  }
  return { pack, packed }
}

/** Texts and logo of a pack, provided that every file its `pack.json` names is there. Throws `PackError` as `loadPack` does. */
export const loadTexts = (tree: FileTree): PackTexts => readTexts(withoutTopFolder(tree)).texts

export type PackTexts = Pick<PackFiles, 'manifest' | 'values' | 'readme' | 'presets' | 'schema' | 'logo'>

/** Texts, and the files with charts packed. */
function readTexts(files: FileTree): { texts: PackTexts; packed: FileTree } {
  const manifest = readPackManifest(text(files, 'pack.json') ?? missing('pack.json'))
  const values = text(files, 'values.yaml') ?? missing('values.yaml')
  readValues(values)
  const packed = packUnpackedCharts(files, manifest.charts)
  const absent = [...manifest.charts, ...manifest.kubeManifests].filter((path) => !packed.has(path))
  if (absent.length > 0) throw new PackError(absent.map(absentProblem))
  const optional = (path: string): string => text(files, path) ?? ''
  const texts = {
    manifest,
    values,
    readme: optional('README.md'),
    presets: optional('presets.yaml'),
    schema: optional('schema.yaml'),
    logo: files.get('logo.png') ?? null,
  }
  return { texts, packed }
}

/**
 * The archive a registry holds: one folder `<name>-<version>` with the pack's files, charts packed. Depends on the content alone. The pack
 * is read first, so nothing broken is packed.
 */
export async function packArchive(tree: FileTree): Promise<{ pack: PackFiles; archive: Buffer }> {
  const { pack, packed } = await load(tree)
  const folder = `${pack.manifest.name}-${pack.manifest.version}`
  return { pack, archive: writeArchive(new Map([...packed].map(([path, content]) => [`${folder}/${path}`, content]))) }
}

function text(files: FileTree, path: string): string | undefined {
  const content = files.get(path)
  if (content === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch (cause) {
    throw packError(path, 'is no UTF-8 text', { cause })
  }
}

function missing(file: string): never {
  throw packError(file, 'is missing from the pack')
}

const absentProblem = (path: string): Problem => ({
  file: 'pack.json',
  path: path.startsWith('charts/') ? 'charts' : 'kubeManifests',
  line: 0,
  message: `names '${path}', which is not in the pack: add the file or take it off the list`,
})
