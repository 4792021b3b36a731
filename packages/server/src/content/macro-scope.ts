import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { MacroScope } from '@atrium/pack/format/macros.ts'
import { PackError } from '@atrium/pack/format/problems.ts'
import { readValues, type ValuesText } from '@atrium/pack/format/values.ts'
import { ofKnownTexts } from './known-texts.ts'

/** What placeholders of one cluster stand for, besides its profiles. */
export interface MacroValues {
  /** `{{.spectro.system.<key>}}`, by dotted key, e.g. `cluster.name`. */
  system: Readonly<Record<string, string>>
  /** `{{.spectro.macro.<name>}}`: the project's macros over the tenant's. */
  macros: Readonly<Record<string, string>>
}

/** The name of the pack behind a layer: `<alias>--<pack>` where one pack is used twice. */
export const packNameOf = (layerName: string): string => layerName.split('--').at(-1) ?? layerName

type Found = ReturnType<MacroScope['lookUp']>

/** The scope in which the values of one profile's layers are resolved. */
export function macroScope(profile: AttachedProfile, all: readonly AttachedProfile[], values: MacroValues): MacroScope {
  const packs = packValues([profile, ...all.filter((other) => other.uid !== profile.uid)])
  const system = { ...values.system, ...profileFacts(profile, all) }
  return {
    lookUp(path) {
      const [area, ...rest] = path
      const name = rest.join('.')
      switch (area) {
        case 'system':
          return systemValue(system, name)
        case 'macro':
          return macroValue(values.macros, name)
        case 'var':
          return variableValue(profile, name)
        case 'pack':
          return packs(rest[0] ?? '', rest.slice(1))
        default:
          return {
            missing: `starts with '${area ?? ''}': write .spectro.system, .spectro.macro, .spectro.var or .spectro.pack`,
          }
      }
    },
  }
}

function profileFacts(profile: AttachedProfile, all: readonly AttachedProfile[]): Record<string, string> {
  const infra = all.find((other) => other.type === 'cluster' || other.type === 'infra')
  return {
    'clusterprofile.name': profile.name,
    'clusterprofile.uid': profile.uid,
    'clusterprofile.version': profile.version,
    ...(infra && {
      'clusterprofile.infra.name': infra.name,
      'clusterprofile.infra.uid': infra.uid,
      'clusterprofile.infra.version': infra.version,
    }),
  }
}

function systemValue(system: Readonly<Record<string, string>>, name: string): Found {
  const value = Object.hasOwn(system, name) ? system[name] : undefined
  if (value !== undefined) return { value }
  return {
    missing: `has no value for this cluster: '${name}' is unknown here (known: ${Object.keys(system).sort().join(', ')})`,
  }
}

function macroValue(macros: Readonly<Record<string, string>>, name: string): Found {
  const value = Object.hasOwn(macros, name) ? macros[name] : undefined
  if (value !== undefined) return { value }
  return { missing: `has no value: define macro '${name}' in the project or the tenant` }
}

function variableValue(profile: AttachedProfile, name: string): Found {
  const variable = profile.variables.find((defined) => defined.name === name)
  if (variable === undefined) {
    return { missing: `has no value: define variable '${name}' in profile '${profile.name}'` }
  }
  const given = Object.hasOwn(profile.variableValues, name) ? profile.variableValues[name] : undefined
  if (given !== undefined && given !== '') return { value: given }
  const value = variable.defaultValue ?? ''
  if (value === '' && variable.required) {
    return { missing: `has no value: give the cluster a value for variable '${name}' of profile '${profile.name}'` }
  }
  return { value }
}

/** Values of other packs by pack or layer name; the profile's own packs win over those of other profiles. */
function packValues(profiles: readonly AttachedProfile[]): (pack: string, path: readonly string[]) => Found {
  const layers = profiles.flatMap((profile) => profile.layers)
  return (pack, path) => {
    const layer = layers.find((one) => one.name === pack) ?? layers.find((one) => packNameOf(one.name) === pack)
    if (layer === undefined)
      return { missing: `names pack '${pack}', which is in no profile of this cluster: add it or remove the reference` }
    const found = valueAt(JSON.stringify([layer.values, path]))
    // To find a key is to look at those before it.
    const readChars = Math.ceil(layer.values.length / 10)
    if ('unreadable' in found)
      return { missing: `names pack '${pack}', whose values cannot be read: ${found.unreadable}` }
    if (found.value === null) return { missing: `names a map or list of pack '${pack}', not a single value`, readChars }
    return { value: found.value, readChars }
  }
}

/** The value in a text at a path, both in one JSON text; null = no single one. */
const valueAt = ofKnownTexts((question): { value: string | null } | { unreadable: string } => {
  const [text, path] = JSON.parse(question) as [string, string[]]
  try {
    const value = valuesOf(text).getSource(path)
    // A path that does not exist reads as an empty text, so that `| default` can stand behind it.
    if (typeof value === 'string') return { value }
    if (typeof value === 'number' || typeof value === 'boolean') return { value: String(value) }
    return { value: value === undefined || value === null ? '' : null }
  } catch (error) {
    if (error instanceof PackError) return { unreadable: error.message }
    throw error
  }
})

let lastRead: { text: string; values: WeakRef<ValuesText> } | null = null

/** Many paths of one text are asked for one after the other: it is read once for them. Throws `PackError`. */
function valuesOf(text: string): ValuesText {
  const known = lastRead?.text === text ? lastRead.values.deref() : undefined
  if (known) return known
  const values = readValues(text)
  lastRead = { text, values: new WeakRef(values) }
  return values
}
