import { type PackSection, readPackSection } from '@atrium/pack/format/pack-section.ts'
import { readValues } from '@atrium/pack/format/values.ts'
import { digestOf } from './desired-state.ts'

const KNOWN_MAX = 1_000

/** Of texts that were read lately, by digest: clusters of a profile share its texts, and a fleet at rest is read again and again. */
const known = new Map<string, Readonly<PackSection>>()

/** The `pack:` section of a values text. Throws `PackError`. */
export function sectionOf(text: string): Readonly<PackSection> {
  const digest = digestOf(Buffer.from(text))
  const section = known.get(digest) ?? readPackSection(readValues(text))
  known.delete(digest)
  known.set(digest, section)
  const [oldest] = known.keys()
  if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest)
  return section
}
