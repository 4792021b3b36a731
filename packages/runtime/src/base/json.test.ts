import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, jsonCopy, sameJson } from './json.ts'
import { seededRandom } from './seeded-random.ts'

const key = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toJSON'), fc.string())
const scalar = fc.oneof(
  fc.constantFrom(undefined, null, '', 0, -0, 1, '1', true, false, Number.NaN, Number.POSITIVE_INFINITY),
  fc.date(),
  fc.string(),
  fc.double(),
)
/** Few keys and values, so that two of them are often alike. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value')), fc.dictionary(key, tie('value'))),
}))
/** A near copy: keys in another order, some fields gone or undefined. */
const near = (of: unknown, pick: () => number): unknown => {
  if (Array.isArray(of)) return of.map((one) => near(one, pick))
  if (typeof of !== 'object' || of === null || of instanceof Date) return pick() < 0.03 ? null : of
  const entries = Object.entries(of).filter(() => pick() > 0.03)
  return Object.fromEntries(
    [...entries.reverse(), ...(pick() < 0.1 ? [['a', undefined]] : [])].map(([k, v]) => [k, near(v, pick)]),
  )
}

describe('JSON values', () => {
  it('are the same when their texts with sorted keys are', () => {
    let alike = 0
    fc.assert(
      fc.property(value, fc.integer(), value, (one, seed, other) => {
        const pick = seededRandom(seed).fraction
        for (const to of [near(one, pick), other]) {
          const expected = canonicalJson(one) === canonicalJson(to)
          if (expected) alike += 1
          expect(sameJson(one, to)).toBe(expected)
        }
      }),
      { numRuns: 500 },
    )
    expect(alike).toBeGreaterThan(50)
  })

  it('are copied as writing and reading them would, and share nothing with the copy', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value), (one) => {
        const text = JSON.stringify(one)
        const copied = jsonCopy(one)
        expect(JSON.stringify(copied)).toBe(text)
        expect(Object.getPrototypeOf(copied)).toBe(Object.prototype)
        for (const name of Object.keys(copied)) {
          const inner = copied[name]
          if (typeof inner === 'object' && inner !== null) expect(inner).not.toBe(one[name])
        }
      }),
    )
  })
})
