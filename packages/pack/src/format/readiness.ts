import { PackError, type Problem } from './problems.ts'
import type { ValuesText } from './values.ts'

/** An object whose fields must hold certain values before the layer counts as ready. */
export interface ReadinessCheck {
  name: string
  /** Namespace of the object; the layer's unless given. Ignored for kinds without one. */
  namespace: string
  kind: string
  /** Empty for the core group. */
  group: string
  version: string
  keys: { path: string; expected: string }[]
}

/** Reads `readinessCheck.v1beta1` of a values text. Throws `PackError` naming the field. */
export function readReadinessChecks(
  values: ValuesText,
  layerNamespace: string,
  file = 'values.yaml',
): ReadinessCheck[] {
  const path = ['readinessCheck', 'v1beta1']
  const entries = values.get(path)
  if (entries === undefined || entries === null) return []
  const problems: Problem[] = []
  const fail = (at: readonly string[], message: string): void => {
    problems.push({ file, path: at.join('.'), line: values.lineOf(at) || values.lineOf(path), message })
  }
  if (!Array.isArray(entries)) fail(path, 'must be a list')
  const checks = (Array.isArray(entries) ? entries : []).map((_entry, index) => {
    const at = [...path, String(index)]
    const text = (key: string): string => {
      const value = values.getSource([...at, key])
      return typeof value === 'string' ? value : ''
    }
    for (const key of ['name', 'kind', 'version']) if (text(key) === '') fail([...at, key], 'is missing')
    return {
      name: text('name'),
      namespace: text('namespace') || layerNamespace,
      kind: text('kind'),
      group: text('group'),
      version: text('version'),
      keys: readKeys(values, [...at, 'keysToCheck'], fail),
    }
  })
  if (problems.length > 0) throw new PackError(problems)
  return checks
}

function readKeys(
  values: ValuesText,
  path: readonly string[],
  fail: (at: readonly string[], message: string) => void,
): { path: string; expected: string }[] {
  const entries = values.get(path)
  if (!Array.isArray(entries) || entries.length === 0) {
    fail(path, 'must list at least one key')
    return []
  }
  return entries.map((_entry, index) => {
    const key = values.getSource([...path, String(index), 'keyToCheck'])
    const expected = values.getSource([...path, String(index), 'expectedValue'])
    if (typeof key !== 'string' || key === '') fail([...path, String(index), 'keyToCheck'], 'is missing')
    return {
      path: typeof key === 'string' ? key : '',
      expected: typeof expected === 'string' ? expected : JSON.stringify(expected ?? ''),
    }
  })
}
