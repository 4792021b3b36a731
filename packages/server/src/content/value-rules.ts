import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import { PackError, type Problem } from '@atrium/pack/format/problems.ts'
import { readValues, type ValuesText } from '@atrium/pack/format/values.ts'
import { checkValues, readRule, secretValues, type ValueRule } from '@atrium/pack/format/values-schema.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { ofKnownTexts } from './known-texts.ts'

/** The rules of a pack's `schema.yaml`, as the catalogue keeps them. */
export const rulesOf = (schema: PackSpec['schema']): ValueRule[] =>
  Object.entries(schema ?? {}).flatMap(([path, entry]) => {
    const text = (entry as { schema?: unknown } | null)?.schema
    return typeof text === 'string' ? [readRule(path, text)] : []
  })

/** What a pack's rules say of values that are filled in. */
export interface RuleFindings {
  problems: readonly Problem[]
  passwords: readonly Secret<string>[]
}

/** Values of a layer by the rules of its pack; `own` are the pack's values as they would be here. Throws `PackError`. */
export const ruleFindings = (values: string, own: string, schema: PackSpec['schema']): RuleFindings =>
  findingsOf(JSON.stringify([values, own, schema]))

const findingsOf = ofKnownTexts((question): RuleFindings => {
  const [text, own, schema] = JSON.parse(question) as [string, string, PackSpec['schema']]
  const rules = rulesOf(schema)
  const values = readValues(text)
  const defaults = readOwn(own)
  return {
    problems: defaults === null ? [] : checkValues(values, rules, defaults),
    passwords: secretValues(values, rules).map((value) => new Secret(value)),
  }
})

/** A pack whose own values are no YAML compares with nothing. */
function readOwn(text: string): ValuesText | null {
  try {
    return readValues(text)
  } catch (error) {
    if (error instanceof PackError) return null
    throw error
  }
}
