import { parseValues } from '../format/values.ts'
import { parseYaml } from '../format/yaml-text.ts'
import type { LintedPack } from './linted-pack.ts'
import { type Placed, placedAt, placedText, readable, textOf } from './placed.ts'

/** What the pack's presets add; what cannot be read adds nothing. */
export function presetValues(pack: LintedPack): Placed[] {
  const text = pack.files.has('presets.yaml') ? (pack.textOf('presets.yaml') ?? '') : ''
  const root = readable(() => placedText(parseYaml(text, 'presets.yaml')).root)
  return (placedAt(root, ['presets'])?.items ?? []).flatMap((preset) => {
    const added = readable(() => placedText(parseValues(textOf(placedAt(preset, ['add'])))).root)
    return added ? [added] : []
  })
}
