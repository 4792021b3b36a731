import type { MacroScope } from '@atrium/pack/format/macros.ts'
import type { ValuesText } from '@atrium/pack/format/values.ts'
import { systemMacros } from '@atrium/pack/lint/sample-scope.ts'

/** What placeholders stand for, as it was given on the command line. */
export interface GivenValues {
  variables: Readonly<Record<string, string>>
  macros: Readonly<Record<string, string>>
  /** Facts of the cluster, in place of those of a sample. */
  facts: Readonly<Record<string, string>>
}

/** What is not given is missing, and said so; facts of the cluster have samples, and the pack's own values are known. */
export function givenScope(given: GivenValues, packName: string, values: ValuesText): MacroScope {
  const look = (
    from: Readonly<Record<string, string>>,
    name: string,
    option: string,
  ): { value: string } | { missing: string } => {
    const value = Object.hasOwn(from, name) ? from[name] : undefined
    return value === undefined ? { missing: `has no value: give one with ${option} ${name}=…` } : { value }
  }
  return {
    lookUp([area = '', ...rest]) {
      const name = rest.join('.')
      if (area === 'var') return look(given.variables, name, '--var')
      if (area === 'macro') return look(given.macros, name, '--macro')
      if (area === 'system') return look({ ...systemMacros, ...given.facts }, name, '--fact')
      if (area !== 'pack')
        return {
          missing: `starts with '${area}': write .spectro.system, .spectro.macro, .spectro.var or .spectro.pack`,
        }
      if (rest[0] !== packName) return { missing: `names pack '${rest[0] ?? ''}', which is not at hand here` }
      const value = values.getSource(rest.slice(1))
      return { value: typeof value === 'object' || value === undefined ? '' : String(value) }
    },
  }
}
