import { type PackDependency, readConstraints } from './constraints-json.ts'
import { FieldReader, isObject } from './field-reader.ts'
import { PackError, type Problem } from './problems.ts'

/** What a pack can be in a profile. */
export const layerKinds = ['os', 'k8s', 'cni', 'csi', 'addon'] as const
export type PackLayerKind = (typeof layerKinds)[number]

/** `pack.json`, read tolerantly: unknown keys are ignored, absent lists are empty. */
export interface PackManifest {
  name: string
  displayName: string
  /** Kept as written: it is the pack's identity together with `name`. */
  version: string
  layer: PackLayerKind
  addonType: string
  cloudTypes: string[]
  annotations: Record<string, string>
  charts: string[]
  kubeManifests: string[]
  /** Ansible roles below `ansible-roles/` that customise the images of nodes: kept and listed; images are built elsewhere. */
  ansibleRoles: string[]
  dependencies: PackDependency[]
  /** `constraints` as written, for the catalogue. */
  constraints: unknown
}

const FILE = 'pack.json'
const maxTextChars = 1024 * 1024
const NAME = /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/
const VERSION = /^[a-zA-Z0-9_][a-zA-Z0-9._+-]{0,127}$/

const isLayerKind = (layer: string): layer is PackLayerKind => layerKinds.some((kind) => kind === layer)

/** Reads `pack.json`. Throws `PackError` that names every wrong field. */
export function readPackManifest(text: string): PackManifest {
  const problems: Problem[] = []
  const object = parseObject(text)
  const read = new FieldReader(object, '', problems)
  const name = read.text('name', { required: true })
  if (name !== '' && !NAME.test(name)) read.problem('name', `'${name}' may hold letters, digits, '.', '_' and '-' only`)
  const version = read.text('version', { required: true })
  if (version !== '' && !VERSION.test(version)) read.problem('version', `'${version}' cannot be used as a registry tag`)
  const layer = read.text('layer', { required: true })
  if (layer !== '' && !isLayerKind(layer)) {
    read.problem('layer', `'${layer}' is unknown: use one of ${layerKinds.join(', ')}`)
  }
  const single = read.text('cloudType')
  const manifest: PackManifest = {
    name,
    displayName: read.text('displayName') || name,
    version,
    layer: isLayerKind(layer) ? layer : 'addon',
    addonType: read.text('addonType'),
    cloudTypes: single === '' ? read.texts('cloudTypes') : [...read.texts('cloudTypes'), single],
    annotations: readAnnotations(read),
    charts: readPaths(read, 'charts'),
    kubeManifests: readPaths(read, 'kubeManifests'),
    ansibleRoles: read.texts('ansibleRoles'),
    dependencies: readConstraints(object['constraints'], problems).dependencies,
    constraints: object['constraints'] ?? null,
  }
  if (problems.length > 0) throw new PackError(problems)
  return manifest
}

function parseObject(text: string): Record<string, unknown> {
  if (text.length > maxTextChars) {
    const message = `holds ${text.length} letters; ${maxTextChars} are allowed`
    throw new PackError([{ file: FILE, path: '', line: 0, message }])
  }
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const message = `is no valid JSON: ${error instanceof Error ? error.message : String(error)}`
    throw new PackError([{ file: FILE, path: '', line: 0, message }], { cause: error })
  }
  if (!isObject(value)) throw new PackError([{ file: FILE, path: '', line: 0, message: 'must hold one JSON object' }])
  return value
}

function readAnnotations(read: FieldReader): Record<string, string> {
  const entries = Object.entries(read.object('annotations'))
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

function readPaths(read: FieldReader, field: string): string[] {
  const paths = read.texts(field)
  for (const [index, path] of paths.entries()) {
    const parts = path.split('/')
    if (path.startsWith('/') || parts.includes('..') || parts.includes('')) {
      read.problem(`${field}[${index}]`, `'${path}' must be a path inside the pack`)
    }
  }
  return paths
}
