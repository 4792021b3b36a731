import { type MacroScope, resolveMacros } from '../../format/macros.ts'
import type { LintedPack } from '../linted-pack.ts'
import { systemMacros } from '../sample-scope.ts'

/** Placeholders that cannot be read, or name what there is nowhere. Whether a profile defines a variable, only the profile knows. */
export function lintMacros(pack: LintedPack): void {
  const texts: [string, string][] = [['values.yaml', pack.values?.text ?? '']]
  const presets = pack.files.has('presets.yaml') ? pack.textOf('presets.yaml') : null
  if (presets !== null) texts.push(['presets.yaml', presets])
  for (const [file, text] of texts) {
    pack.addProblems('macro-invalid', resolveMacros(text, anything, file).problems, text)
  }
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
