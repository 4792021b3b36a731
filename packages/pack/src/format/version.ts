const VERSION = /^v?\d+(\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

/** True for `1.2.3`, `v1.2`, `25.06.0`, `2.0.1-up.1`. */
export const isVersion = (text: string): boolean => VERSION.test(text)

interface Parts {
  numbers: bigint[]
  /** Identifiers of a prerelease; empty for a release. */
  prerelease: string[]
}

function parse(text: string): Parts {
  const [core = '', ...rest] = text.trim().replace(/^v/i, '').replace(/\+.*$/, '').split('-')
  const numbers = core.split('.').map((part) => (/^\d+$/.test(part) ? BigInt(part) : 0n))
  return { numbers, prerelease: rest.length === 0 ? [] : rest.join('-').split('.') }
}

/**
 * Orders versions as people mean them: a leading `v`, leading zeros and missing parts are ignored, a prerelease comes before its release,
 * build data does not count. Negative when `a` is older.
 */
export function compareVersions(a: string, b: string): number {
  const left = parse(a)
  const right = parse(b)
  for (let index = 0; index < Math.max(left.numbers.length, right.numbers.length); index += 1) {
    const one = left.numbers[index] ?? 0n
    const other = right.numbers[index] ?? 0n
    if (one !== other) return one < other ? -1 : 1
  }
  return comparePrereleases(left.prerelease, right.prerelease)
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length === 0 ? 0 : a.length === 0 ? 1 : -1
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const one = a[index]
    const other = b[index]
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1
    if (one === other) continue
    const bothNumbers = /^\d+$/.test(one) && /^\d+$/.test(other)
    if (bothNumbers && BigInt(one) !== BigInt(other)) return BigInt(one) < BigInt(other) ? -1 : 1
    if (!bothNumbers) return one < other ? -1 : 1
  }
  return 0
}

/**
 * The version a tag stands for: the same version, or the newest one below a floating tag (`1.2.x`, `1.x`). Undefined when there is none.
 */
export function pickVersion(tag: string, versions: readonly string[]): string | undefined {
  if (versions.includes(tag)) return tag
  const floating = /^(v?\d+(?:\.\d+)*)\.x$/i.exec(tag)?.[1]
  if (floating === undefined) return undefined
  const prefix = `${floating.replace(/^v/i, '')}.`
  const candidates = versions.filter((version) => version.replace(/^v/i, '').startsWith(prefix))
  const releases = candidates.filter((version) => parse(version).prerelease.length === 0)
  return (releases.length > 0 ? releases : candidates).toSorted(compareVersions).at(-1)
}

/** `version` lies within the inclusive bounds; an empty bound does not limit, a partial upper one (`1.21`) covers its patches. */
export function withinBounds(version: string, minVersion: string, maxVersion: string): boolean {
  if (minVersion !== '' && compareVersions(version, minVersion) < 0) return false
  if (maxVersion === '' || compareVersions(version, maxVersion) <= 0) return true
  const parts = parse(maxVersion).numbers
  return parts.length < 3 && parts.every((part, index) => part === (parse(version).numbers[index] ?? 0n))
}
