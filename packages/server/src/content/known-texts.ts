import { putRecent } from '@atrium/runtime/base/recent.ts'
import { digestOf } from './desired-state.ts'

const KNOWN_MAX = 1_000

/**
 * What `read` makes of a text, kept for those that were read lately, by digest: clusters of a profile share its texts, and a fleet at
 * rest is read again and again. What it throws is not kept.
 */
export function ofKnownTexts<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const digest = digestOf(Buffer.from(text))
    const value = known.has(digest) ? (known.get(digest) as T) : read(text)
    putRecent(known, digest, value, KNOWN_MAX)
    return value
  }
}
