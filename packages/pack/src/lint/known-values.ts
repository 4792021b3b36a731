import type { LintChart } from './chart.ts'
import type { ChartDefaults } from './chart-defaults.ts'
import { once } from './once.ts'
import { placedAt } from './placed.ts'
import { looseWords, type ValueUse, valueUses } from './value-uses.ts'

/** What becomes of a value: it is read, or it and all below it may be read (`free`), or nothing reads it. */
export type Knowledge = 'known' | 'free' | 'unknown'

/** Which values a chart, or a templated manifest, knows. Where a text does not tell, the answer is `free`. */
export interface KnownValues {
  at(path: readonly string[]): Knowledge
  /** The chart's own value there is a map whose keys are read one by one. */
  hasMapAt(path: readonly string[]): boolean
}

/** Uses as a tree. */
interface Used {
  whole: boolean
  below: Map<string, Used>
}

const newUsed = (): Used => ({ whole: false, below: new Map() })

/** What a manifest knows: there are no values of its own, only uses. */
export function valuesOfTemplate(text: string): KnownValues {
  const uses = treeOf([{ path: 'manifest', text }])
  return { at: (path) => usedAt(uses, path), hasMapAt: () => false }
}

/** What a chart knows, charts within it included. */
export function valuesOfChart(chart: LintChart): KnownValues {
  const inner = new Map(keyedInner(chart).map(([key, one]) => [key, one && valuesOfChart(one)]))
  // What a library renders, it renders with the values of the chart that uses it.
  const uses = once(() => treeOf([chart, ...chart.inner.filter(isLibrary)].flatMap((one) => one.templates)))
  const ofInner = ([first = '', ...rest]: readonly string[]): Knowledge => {
    if (!inner.has(first)) return 'unknown'
    return rest.length === 0 ? 'known' : (inner.get(first)?.at(rest) ?? 'free')
  }
  // In this order, the cheapest first: each is asked only while the value may still be unknown.
  const sources: ((path: readonly string[]) => Knowledge)[] = [
    (path) => (path[0] === 'global' || path[0] === 'exports' ? 'free' : 'unknown'),
    (path) => usedAt(uses(), path),
    ofInner,
    (path) => byDependencies(chart, path),
    (path) => bySchema(chart.schema, path),
    (path) => byDefaults(chart.defaults, path),
  ]
  return {
    at(path) {
      for (const source of sources) {
        const knowledge = source(path)
        if (knowledge !== 'unknown') return knowledge
      }
      return 'unknown'
    },
    hasMapAt(path) {
      const [first = '', ...rest] = path
      if (inner.has(first)) return rest.length === 0 || (inner.get(first)?.hasMapAt(rest) ?? false)
      const isTakenApart = (findUsed(uses(), path)?.below.size ?? 0) > 0
      return isTakenApart && (placedAt(chart.defaults.at(first), rest)?.fields?.size ?? 0) > 0
    },
  }
}

const isLibrary = ({ type, name }: LintChart): boolean => type === 'library' || name === 'common'

/** Charts within by the key of their values; null where the archive lacks the chart. */
function keyedInner(chart: LintChart): [string, LintChart | null][] {
  const named = new Map(chart.inner.map((one) => [one.name, one]))
  const declared = chart.dependencies.map(({ name, key }): [string, LintChart | null] => [key, named.get(name) ?? null])
  return [...chart.inner.map((one): [string, LintChart] => [one.name, one]), ...declared]
}

const switchPaths = (chart: LintChart): string[] =>
  chart.dependencies
    .flatMap(({ condition }) => condition.split(',').map((path) => path.trim()))
    .filter((path) => path !== '')

/** What the list of dependencies reads: conditions and tags; and where values of a chart within are put. */
function byDependencies(chart: LintChart, path: readonly string[]): Knowledge {
  if (switchPaths(chart).some((one) => startsWith(one.split('.'), path))) return 'known'
  const imports = chart.dependencies.flatMap((one) => one.imports)
  if (imports.some((one) => one === '*' || startsWith(path, one.split('.')))) return 'free'
  return path[0] === 'tags' && chart.dependencies.some(({ hasTags }) => hasTags) ? 'free' : 'unknown'
}

const startsWith = (path: readonly string[], start: readonly string[]): boolean =>
  start.every((key, index) => path[index] === key)

function treeOf(texts: readonly { path: string; text: string }[]): Used & { loose?: () => Set<string> } {
  const root: Used & { loose?: () => Set<string> } = newUsed()
  for (const { text } of texts) for (const use of valueUses(text)) add(root, use)
  // All values are handed to something: then a name that stands anywhere may be one of them.
  if (root.whole) root.loose = once(() => new Set(texts.flatMap(({ text }) => looseWords(text))))
  return root
}

function add(root: Used, { path, whole }: ValueUse): void {
  let node = root
  for (const key of path) {
    const next = node.below.get(key) ?? newUsed()
    node.below.set(key, next)
    node = next
  }
  if (whole) node.whole = true
}

function findUsed(root: Used, path: readonly string[]): Used | undefined {
  let node: Used | undefined = root
  for (const key of path) node = node?.below.get(key)
  return node
}

function usedAt(root: Used & { loose?: () => Set<string> }, path: readonly string[]): Knowledge {
  let node: Used = root
  for (const key of path) {
    const next = node.below.get(key)
    if (next === undefined) return root.loose?.().has(key) ? 'free' : 'unknown'
    if (next.whole) return 'free'
    node = next
  }
  return 'known'
}

/** A key of the chart's own values is known; below an empty one stands whatever people put there. */
function byDefaults(defaults: ChartDefaults, [first = '', ...rest]: readonly string[]): Knowledge {
  let node = defaults.at(first)
  if (node === null) return 'unknown'
  for (const key of rest) {
    if (node.fields === null || node.fields.size === 0) return 'free'
    const field = node.fields.get(key)
    if (field === undefined) return 'unknown'
    node = field.value
  }
  return 'known'
}

/** What the chart's JSON schema says; anything it does not spell out may hold everything. */
function bySchema(schema: unknown, path: readonly string[]): Knowledge {
  let node = schema
  for (const [index, key] of path.entries()) {
    if (!isObject(node)) return 'unknown'
    const { properties, additionalProperties, patternProperties } = node
    const next = isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined
    if (next === undefined) {
      const isOpen = node['$ref'] !== undefined || isObject(additionalProperties) || isObject(patternProperties)
      return isOpen || (index > 0 && properties === undefined) ? 'free' : 'unknown'
    }
    node = next
  }
  return path.length > 0 && isObject(schema) ? 'known' : 'unknown'
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
