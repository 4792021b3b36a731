import { PackError, type Problem } from './problems.ts'

const layerKinds = ['os', 'k8s', 'cni', 'csi', 'addon'] as const
export type PackLayerKind = (typeof layerKinds)[number]

export interface PackDependency {
  packName: string
  layer: string
  /** Inclusive; empty = no bound. */
  minVersion: string
  maxVersion: string
  type: 'required' | 'optional' | 'notSupported' | 'upgrade'
}

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

/** Reads fields of one JSON object and remembers every problem instead of stopping at the first. */
class FieldReader {
  readonly #object: Record<string, unknown>
  readonly #prefix: string
  readonly #problems: Problem[]
  constructor(object: Record<string, unknown>, prefix: string, problems: Problem[]) {
    this.#object = object
    this.#prefix = prefix
    this.#problems = problems
  }

  problem(field: string, message: string): void {
    this.#problems.push({ file: FILE, path: `${this.#prefix}${field}`, line: 0, message })
  }

  text(field: string, options: { required?: boolean } = {}): string {
    const value = this.#object[field]
    if (typeof value === 'string') {
      if (options.required && value.trim() === '') this.problem(field, 'must not be empty')
      return value
    }
    if (value === undefined || value === null) {
      if (options.required) this.problem(field, 'is missing')
      return ''
    }
    this.problem(field, `must be a text, not ${describe(value)}`)
    return ''
  }

  list(field: string): unknown[] {
    const value = this.#object[field]
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value
    this.problem(field, `must be a list, not ${describe(value)}`)
    return []
  }

  texts(field: string): string[] {
    return this.list(field).flatMap((item, index) => {
      if (typeof item === 'string') return [item]
      this.problem(`${field}[${index}]`, `must be a text, not ${describe(item)}`)
      return []
    })
  }

  object(field: string): Record<string, unknown> {
    const value = this.#object[field]
    if (value === undefined || value === null) return {}
    if (isObject(value)) return value
    this.problem(field, `must be an object, not ${describe(value)}`)
    return {}
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const describe = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `${typeof value === 'string' ? 'a text' : `a ${typeof value}`}`

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
    dependencies: readDependencies(read, problems),
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

const dependencyTypes = ['required', 'optional', 'notSupported', 'upgrade'] as const

function readDependencies(read: FieldReader, problems: Problem[]): PackDependency[] {
  const constraints = new FieldReader(read.object('constraints'), 'constraints.', problems)
  return constraints.list('dependencies').flatMap((item, index) => {
    if (!isObject(item)) {
      constraints.problem(`dependencies[${index}]`, `must be an object, not ${describe(item)}`)
      return []
    }
    const entry = new FieldReader(item, `constraints.dependencies[${index}].`, problems)
    const written = entry.text('type')
    // One published pack leaves the type out; bounds that hold only if the other pack is present do no harm.
    const type = dependencyTypes.find((known) => known === written) ?? 'optional'
    if (written !== '' && written !== type)
      entry.problem('type', `'${written}' is unknown: use ${dependencyTypes.join(', ')}`)
    return [
      {
        packName: entry.text('packName', { required: true }),
        layer: entry.text('layer'),
        minVersion: entry.text('minVersion'),
        maxVersion: entry.text('maxVersion'),
        type,
      },
    ]
  })
}
