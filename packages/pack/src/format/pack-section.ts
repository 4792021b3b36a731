import { PackError, type Problem } from './problems.ts'
import type { ValuesText } from './values.ts'

/** Labels or annotations by namespace. */
export type ByNamespace = Record<string, Record<string, string>>

/** The `pack:` section of a values text: how the layer is installed. */
export interface PackSection {
  /** Namespace of the layer's releases and objects; `default` when the values name none. */
  namespace: string
  /** True when the values name the namespace. */
  namespaceGiven: boolean
  /** Lower installs earlier. */
  installPriority: number
  /** Layer title; empty when not given. */
  displayName: string
  namespaceLabels: ByNamespace
  namespaceAnnotations: ByNamespace
  additionalNamespaces: string[]
  /** Helm release name by chart name. */
  releaseNameOverride: Record<string, string>
  /** What happens to deviations of the layer; null: as the cluster says. */
  drift: 'heal' | 'alert' | null
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const RELEASE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const PRIORITY = 'spectrocloud.com/install-priority'
const priorityKeys = [PRIORITY, `pack.${PRIORITY}`]
const maxPriority = 1_000_000

/** Reads the `pack:` section. Throws `PackError` that names every wrong field with its line. */
export function readPackSection(values: ValuesText, file = 'values.yaml'): PackSection {
  const problems: Problem[] = []
  const fail = (path: readonly string[], message: string): void => {
    problems.push({ file, path: path.join('.'), line: values.lineOf(path), message })
  }
  const reader = { values, fail }
  const namespace = text(reader, ['pack', 'namespace'])
  if (namespace !== '') checkNamespace(reader, ['pack', 'namespace'], namespace)
  const section: PackSection = {
    namespace: namespace === '' ? 'default' : namespace,
    namespaceGiven: namespace !== '',
    installPriority: readPriority(reader),
    displayName: text(reader, ['pack', 'spectrocloud.com/display-name']),
    namespaceLabels: readByNamespace(reader, ['pack', 'namespaceLabels']),
    namespaceAnnotations: readByNamespace(reader, ['pack', 'namespaceAnnotations']),
    additionalNamespaces: readNamespaces(reader),
    releaseNameOverride: readReleaseNames(reader),
    drift: readDrift(reader),
  }
  if (problems.length > 0) throw new PackError(problems)
  return section
}

interface Reader {
  values: ValuesText
  fail: (path: readonly string[], message: string) => void
}

function text({ values, fail }: Reader, path: readonly string[]): string {
  const value = values.getSource(path)
  if (value === undefined || value === null || value === '' || value === '~' || value === 'null') return ''
  if (typeof value === 'string') return value.trim()
  fail(path, 'must be a text')
  return ''
}

function checkNamespace({ fail }: Reader, path: readonly string[], name: string): void {
  if (name.length > 63 || !DNS_LABEL.test(name)) {
    fail(path, `'${name}' is no namespace name: use at most 63 lower-case letters, digits and '-'`)
  }
}

function readPriority(reader: Reader): number {
  for (const key of priorityKeys) {
    const path = ['pack', key]
    const written = text(reader, path)
    if (written === '') continue
    const priority = Number(written)
    if (/^-?\d+$/.test(written) && Math.abs(priority) <= maxPriority) return priority
    reader.fail(path, `'${written}' must be a whole number between -${maxPriority} and ${maxPriority}`)
  }
  return 0
}

/** `{ns: 'k=v,k2=v2'}`; a map of labels is understood too. */
function readByNamespace(reader: Reader, path: readonly string[]): ByNamespace {
  const byNamespace: ByNamespace = {}
  for (const namespace of reader.values.keys(path)) {
    const at = [...path, namespace]
    checkNamespace(reader, at, namespace)
    byNamespace[namespace] = readPairs(reader, at)
  }
  return byNamespace
}

function readPairs(reader: Reader, path: readonly string[]): Record<string, string> {
  const keys = reader.values.keys(path)
  if (keys.length > 0) return Object.fromEntries(keys.map((key) => [key, text(reader, [...path, key])]))
  const pairs: Record<string, string> = {}
  for (const part of text(reader, path).split(',')) {
    if (part.trim() === '') continue
    const [key = '', ...rest] = part.split('=')
    if (rest.length === 0 || key.trim() === '') reader.fail(path, `'${part.trim()}' must look like key=value`)
    else pairs[key.trim()] = rest.join('=').trim()
  }
  return pairs
}

/** `additionalNamespaces: 'a,b'` or a list. */
function readNamespaces(reader: Reader): string[] {
  const path = ['pack', 'additionalNamespaces']
  const value = reader.values.get(path)
  const names = Array.isArray(value) ? value.map(String) : text(reader, path).split(',')
  const given = names.map((name) => name.trim()).filter((name) => name !== '')
  for (const name of given) checkNamespace(reader, path, name)
  return given
}

function readReleaseNames(reader: Reader): Record<string, string> {
  const path = ['pack', 'releaseNameOverride']
  const names: Record<string, string> = {}
  for (const chart of reader.values.keys(path)) {
    const name = text(reader, [...path, chart])
    if (name === '') continue
    if (name.length > 53 || !RELEASE.test(name))
      reader.fail([...path, chart], `'${name}' is no release name (at most 53 letters)`)
    names[chart] = name
  }
  return names
}

function readDrift(reader: Reader): PackSection['drift'] {
  const path = ['pack', 'drift']
  const written = text(reader, path)
  if (written === 'heal' || written === 'alert') return written
  if (written !== '') reader.fail(path, `'${written}' must be heal (put back) or alert (only reported)`)
  return null
}
