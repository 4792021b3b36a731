import { type FoundMacros, type MacroScope, resolveMacros } from '../../format/macros.ts'
import type { LintedPack } from '../linted-pack.ts'
import { systemMacros } from '../sample-scope.ts'

/** Placeholders that cannot be read, or name what there is nowhere. Whether a profile defines a variable, only the profile knows. */
export function lintMacros(pack: LintedPack): void {
  const lint = (file: string, text: string, found?: FoundMacros): void =>
    pack.addProblems('macro-invalid', resolveMacros(text, anything, file, found).problems, text)
  if (pack.values !== null) lint('values.yaml', pack.values.text, pack.values.macros())
  const presets = pack.files.has('presets.yaml') ? pack.textOf('presets.yaml') : null
  if (presets !== null) lint('presets.yaml', presets)
}

const areas = ['system', 'macro', 'var', 'pack']

/** Knows every name that can be there. */
const anything: MacroScope = {
  lookUp([area = '', ...rest]) {
    const name = rest.join('.')
    if (!areas.includes(area))
      return { missing: `starts with '${area}': write .spectro.system, .spectro.macro, .spectro.var or .spectro.pack` }
    if (name === '') return { missing: `names nothing behind .spectro.${area}` }
    if (area === 'system' && !Object.hasOwn(systemMacros, name)) {
      return { missing: `is no fact that clusters have: use one of ${Object.keys(systemMacros).join(', ')}` }
    }
    return { value: area === 'system' ? (systemMacros[name] ?? '') : 'value' }
  },
}
