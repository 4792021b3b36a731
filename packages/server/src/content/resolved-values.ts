import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import { resolveMacros } from '@atrium/pack/format/macros.ts'
import { redactor } from '@atrium/runtime/base/redact.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { macroScope } from './macro-scope.ts'
import { kubernetesVersionOf, type ResolveContext, resolveLayers } from './resolve.ts'
import { openProfile } from './sealed-variables.ts'

/**
 * Texts with every placeholder filled in that has a value here; others stay as they are. Values of sensitive variables and passwords
 * are masked. With `references` (`{{.spectro.macro.x}}`, or without braces) their values by reference, else the values of each layer by
 * name. By profile, in their order.
 */
export function resolvedValues(
  attached: readonly AttachedProfile[],
  context: ResolveContext,
  references: readonly string[] | null,
): { uid: string; resolved: Record<string, string> }[] {
  const profiles = attached.map((profile) => openProfile(profile, context.sealed))
  const version = kubernetesVersionOf(profiles)
  const system = { ...context.system, ...(version !== '' && { 'kubernetes.version': version }) }
  const redact = redactor(resolveLayers(attached, context).sensitive.map((value) => new Secret(value)))
  return profiles.map((profile) => {
    const scope = macroScope(profile, profiles, { ...context, system })
    const texts =
      references?.map((reference) => [reference, withBraces(reference)] as const) ??
      profile.layers.map((layer) => {
        const own = layer.values.trim() === '' ? context.packs.get(layer.packUid)?.values : undefined
        return [layer.name, own ?? layer.values] as const
      })
    const resolved = texts.map(([key, text]) => [key, redact(resolveMacros(text, scope).text)] as const)
    return { uid: profile.uid, resolved: Object.fromEntries(resolved) }
  })
}

const withBraces = (reference: string): string =>
  reference.includes('{{') ? reference : `{{${reference.startsWith('.') ? '' : '.'}${reference}}}`
