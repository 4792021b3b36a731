import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { compareVersions, pickVersion, withinBounds } from './version.ts'

describe('versions', () => {
  test.each([
    ['1.2', '1.2.0', 0],
    ['v1.2.3', '1.2.3', 0],
    ['25.06.0', '25.6.0', 0],
    ['1.9.9', '1.10.0', -1],
    ['2.0.1-up.1', '2.0.1', -1],
    ['2.0.1-up.2', '2.0.1-up.10', -1],
    ['1.0.0-a', '1.0.0-a.1', -1],
    ['1.0.0+b1', '1.0.0+b2', 0],
    ['99999999999999999999.0', '99999999999999999998.0', 1],
  ])('%s against %s', (a, b, expected) => {
    expect(Math.sign(compareVersions(a, b))).toBe(expected)
    expect(Math.sign(compareVersions(b, a))).toBe(-expected || 0)
  })

  it('are ordered the same whichever way they are asked', () => {
    const version = fc.stringMatching(/^v?\d{1,2}(\.\d{1,2}){0,2}(-[a-z0-9]{1,3}(\.[a-z0-9]{1,2})?)?$/)
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) || 0)
        const [low, middle, high] = [a, b, c].sort(compareVersions)
        expect(compareVersions(low ?? '', high ?? '') <= 0 && compareVersions(low ?? '', middle ?? '') <= 0).toBe(true)
      }),
    )
  })

  it('are picked by floating tags: the newest release, a prerelease only where there is no other', () => {
    const versions = ['1.2.9', '1.2.10', '1.2.11-rc.1', '1.20.0', '2.0.0-rc.1']
    expect(pickVersion('1.2.x', versions)).toBe('1.2.10')
    expect(pickVersion('1.x', versions)).toBe('1.20.0')
    expect(pickVersion('2.x', versions)).toBe('2.0.0-rc.1')
    expect(pickVersion('1.20.0', versions)).toBe('1.20.0')
    expect(pickVersion('3.x', versions)).toBeUndefined()
  })

  test.each([
    ['1.21.5', '', '1.21', true],
    ['1.22.0', '', '1.21', false],
    ['1.21.5', '', '1.21.4', false],
    ['1.20', '1.21', '', false],
    ['5', '', '', true],
  ])('%s within %j and %j: %s', (version, min, max, expected) => expect(withinBounds(version, min, max)).toBe(expected))
})
