import { PackError, type Problem, packError } from './problems.ts'
import { type ParsedText, parseYaml } from './yaml-text.ts'

/** One choice of a preset group. */
export interface Preset {
  name: string
  displayName: string
  group: string
  /** Dotted paths that are taken out of the values first; a path that does not exist is fine. */
  remove: string[]
  /** YAML text that is merged into the values. */
  add: string
}

/** Reads `presets.yaml`; empty text gives an empty list. Throws `PackError` naming the preset. */
export const readPresets = (text: string, file = 'presets.yaml'): Preset[] => presetsOf(parseYaml(text, file), file)

/** The same, of a text that was parsed. */
export function presetsOf(parsed: ParsedText, file: string): Preset[] {
  const root = parsed.toJs()
  if (root === null || root === undefined) return []
  if (!isRecord(root)) throw packError(file, "must hold a map with the key 'presets'")
  const entries = root['presets'] ?? []
  if (!Array.isArray(entries)) throw packError(file, 'must be a list', { path: 'presets' })
  const problems: Problem[] = []
  const presets = entries.map((entry: unknown, index): Preset => {
    const fields = isRecord(entry) ? entry : {}
    const text = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '')
    if (text('name') === '') problems.push({ file, path: `presets[${index}].name`, line: 0, message: 'is missing' })
    const remove = fields['remove']
    return {
      name: text('name'),
      displayName: text('displayName') || text('name'),
      group: text('group'),
      remove: Array.isArray(remove) ? remove.filter((path) => typeof path === 'string') : [],
      add: text('add'),
    }
  })
  if (problems.length > 0) throw new PackError(problems)
  return presets
}

/** Reads `schema.yaml`: the rule text of each value, by its full dotted path. Empty text gives an empty record. */
export function readValuesSchema(text: string, file = 'schema.yaml'): Record<string, { schema: string }> {
  const root = parseYaml(text, file).toJs()
  if (root === null || root === undefined) return {}
  if (!isRecord(root)) throw packError(file, 'must hold a map of value paths')
  const rules = Object.entries(root).flatMap(([path, rule]) =>
    isRecord(rule) && typeof rule['schema'] === 'string' ? [[path, { schema: rule['schema'] }] as const] : [],
  )
  return Object.fromEntries(rules)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
