import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import { resolveMacros } from '@atrium/pack/format/macros.ts'
import { PackError } from '@atrium/pack/format/problems.ts'
import { readValues } from '@atrium/pack/format/values.ts'
import { secretValues } from '@atrium/pack/format/values-schema.ts'
import { redactor } from '@atrium/runtime/base/redact.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { macroScope } from './macro-scope.ts'
import { kubernetesVersionOf, type PackLocation, type ResolveContext } from './resolve.ts'
import { openProfile } from './sealed-variables.ts'
import { rulesOf } from './value-rules.ts'

/** Stands for a value of a sensitive variable while placeholders are filled in for people to read. */
const hidden = new Secret('[secret]')

/**
 * Texts with every placeholder filled in that has a value here; others stay as they are. Passwords are masked. Values of sensitive
 * variables are not there at all: who asks names any expression, and a part of a value, or whether it begins with a letter, tells it
 * as well. With `references` (`{{.spectro.macro.x}}`, or without braces) their values by reference, else the values of each layer by
 * name. By profile, in their order.
 */
export function resolvedValues(
  attached: readonly AttachedProfile[],
  context: ResolveContext,
  references: readonly string[] | null,
): { uid: string; resolved: Record<string, string> }[] {
  const sealed = new Map([...context.sealed.keys()].map((mark) => [mark, hidden]))
  const profiles = attached.map((profile) => openProfile(profile, sealed))
  const version = kubernetesVersionOf(profiles)
  const system = { ...context.system, ...(version !== '' && { 'kubernetes.version': version }) }
  return profiles.map((profile) => {
    const scope = macroScope(profile, profiles, { ...context, system })
    const filled = profile.layers.map((layer) => {
      const pack = context.packs.get(layer.packUid)
      const own = layer.values.trim() === '' ? pack?.values : undefined
      const text = resolveMacros(own ?? layer.values, scope).text
      return { name: layer.name, text, passwords: passwordsIn(text, pack) }
    })
    const passwords = filled.flatMap((layer) => layer.passwords.map((value) => new Secret(value)))
    const redact = redactor(passwords)
    const shown =
      references?.map((reference) => [reference, resolveMacros(withBraces(reference), scope).text] as const) ??
      filled.map(({ name, text }) => [name, text] as const)
    return { uid: profile.uid, resolved: Object.fromEntries(shown.map(([key, text]) => [key, redact(text)])) }
  })
}

/** None in a text that is no YAML. */
function passwordsIn(text: string, pack: PackLocation | undefined): string[] {
  const rules = rulesOf(pack?.schema ?? null)
  try {
    return rules.length === 0 ? [] : secretValues(readValues(text), rules)
  } catch (error) {
    if (error instanceof PackError) return []
    throw error
  }
}

const withBraces = (reference: string): string =>
  reference.includes('{{') ? reference : `{{${reference.startsWith('.') ? '' : '.'}${reference}}}`
