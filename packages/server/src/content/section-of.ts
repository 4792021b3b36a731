import { type FoundMacros, findMacros } from '@atrium/pack/format/macros.ts'
import { type PackSection, readPackSection } from '@atrium/pack/format/pack-section.ts'
import { readValues } from '@atrium/pack/format/values.ts'
import { valuesParts } from '@atrium/pack/format/values-parts.ts'
import { ofKnownTexts } from './known-texts.ts'

/** The `pack:` section of a values text. Throws `PackError`. */
export const sectionOf = ofKnownTexts((text): Readonly<PackSection> => readPackSection(readValues(text)))

/** Where a text holds placeholders. */
export const macrosOf = ofKnownTexts((text): FoundMacros => findMacros(text))

/** The keys at the top of a values text, where each can be read by itself. */
export const partsOf = ofKnownTexts(valuesParts)
