import { linkLimits } from '@atrium/api/link/protocol.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberOf, parseAgentFrame, parseServerFrame } from './codec.ts'

const frame = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const heartbeat = { type: 'heartbeat', seq: 1, at: '2026-01-01T00:00:00Z' }

describe('link frames', () => {
  it('are read by their type, and what a newer peer adds is kept', () => {
    expect(parseAgentFrame(frame(heartbeat))).toEqual(heartbeat)
    expect(parseServerFrame(frame({ type: 'ack', seq: 3, more: true }))).toMatchObject({ type: 'ack', seq: 3 })
  })

  it.each([
    ['another end', { type: 'ack', seq: 1 }],
    ['an inherited property as type', { type: 'constructor' }],
    ['a wrong field', { ...heartbeat, seq: 'x' }],
    ['a missing field', { type: 'heartbeat' }],
    ['no object', '[]'],
    ['null', 'null'],
    ['no JSON', '{'],
    ['deep nesting', `{"type":"heartbeat","seq":1,"at":"","x":${'['.repeat(65)}${']'.repeat(65)}}`],
    ['a message that counts more layers than there may be', { type: 'deviations', seq: 1, items: Array(201).fill({}) }],
  ])('of %s are refused', (_name, value) => {
    expect(() => parseAgentFrame(frame(value))).toThrow(expect.objectContaining({ code: 'InvalidRequest' }))
  })

  it('that are refused still show their number, where they have one', () => {
    const deep = `{"type":"events","x":${'['.repeat(65)}${']'.repeat(65)},"seq":9}`
    const numbers = [deep, '{"seq":"9"}', '{"seq":1e300}', '[]', '{', 'null'].map((text) => numberOf(frame(text)))
    expect(numbers).toEqual([9, null, null, null, null, null])
  })

  it('brackets inside texts are no nesting', () => {
    const at = `${'[{'.repeat(100)}\\"`
    expect(parseAgentFrame(frame({ ...heartbeat, at }))).toMatchObject({ at })
  })

  it('over the limit are refused by their size', () => {
    const large = frame({ ...heartbeat, at: 'x'.repeat(linkLimits.messageBytes) })
    expect(() => parseAgentFrame(large)).toThrow(expect.objectContaining({ code: 'PayloadTooLarge' }))
  })

  it('of any content are read or refused, never worse', () => {
    const anything = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(anything, (content) => {
        try {
          parseAgentFrame(Buffer.from(content))
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidRequest' })
        }
      }),
      { numRuns: 2000 },
    )
  })
})
