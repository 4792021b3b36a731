import { parseYaml } from '../../format/yaml-text.ts'
import { keysOfDotted } from '../dotted.ts'
import type { KnownValues } from '../known-values.ts'
import { type LintedPack, orFindings } from '../linted-pack.ts'
import { once } from '../once.ts'
import { placedAt, placedText } from '../placed.ts'
import { presetValues } from '../preset-values.ts'
import { schemaRuleProblem } from '../schema-rule.ts'

const FILE = 'schema.yaml'

/** `schema.yaml`: each rule can be read, and is for a value that there is. */
export function lintSchema(pack: LintedPack): void {
  const text = pack.files.has(FILE) ? pack.textOf(FILE) : null
  if (text === null) return
  const placed = orFindings(pack, 'schema-invalid', text, () => placedText(parseYaml(text, FILE)))
  if (placed === null || placed.root === null) return
  if (placed.root.fields === null) {
    if (placed.root.scalar !== null)
      pack.add('schema-invalid', FILE, placed.placeAt(0), '', 'must hold a map of value paths')
    return
  }
  // Most rules are for values of the pack itself.
  const added = once(() => presetValues(pack))
  for (const [path, { offset, value }] of placed.root.fields) {
    const place = placed.placeAt(offset)
    const rule = placedAt(value, ['schema'])?.scalar
    const problem = typeof rule === 'string' ? schemaRuleProblem(rule) : "needs a text below the key 'schema'"
    if (problem !== null) pack.add('schema-invalid', FILE, place, path, problem)
    if (pack.values !== null && !hasValue(pack, path) && !added().some((root) => keysOfDotted(root, path).found)) {
      pack.add(
        'schema-no-path',
        FILE,
        place,
        path,
        'is no value of values.yaml, nor of a preset: correct the path, or add the value',
      )
    }
  }
}

/** A value of the pack, or one that a chart or manifest would read. */
function hasValue(pack: LintedPack, dotted: string): boolean {
  const { path, found } = keysOfDotted(pack.values?.placed.root ?? null, dotted)
  return found || readerOf(pack, path)?.known.at(path.slice(readerOf(pack, path)?.depth ?? 0)) === 'known'
}

/** What reads the values at a path, and how deep its own begin; null when nothing does. */
export function readerOf(
  pack: LintedPack,
  path: readonly string[],
): { known: KnownValues; depth: number; what: string } | null {
  for (const { chart, known, valuesPath } of pack.charts) {
    if (valuesPath.every((key, index) => path[index] === key))
      return { known, depth: valuesPath.length, what: `chart ${chart.name}` }
  }
  const manifest = path[0] === 'manifests' ? pack.manifests.find(({ name }) => name === path[1]) : undefined
  return manifest?.known ? { known: manifest.known, depth: 2, what: manifest.path } : null
}
