import { describe, expect, test } from 'vitest'
import { type Letter, letterOf } from './letter.ts'

const letter: Letter = {
  purpose: 'invited',
  email: 'ben@example.com',
  organization: 'acme',
  causedBy: 'ada@example.com',
  isFirst: true,
  url: 'https://plane.example.com:8443/activate#t.secret',
  expiresAt: '2026-11-28T04:50:00.000Z',
}

describe('the mail of a link', () => {
  test('says whose account it is, who caused it, until when it works, and what to do about one that is not expected', () => {
    const { subject, text } = letterOf(letter)
    expect(subject).toBe("Atrium: set your first password for 'acme'")
    for (const part of [
      "ada@example.com made an account for ben@example.com in the organisation 'acme', at https://plane.example.com:8443.",
      '\nhttps://plane.example.com:8443/activate#t.secret\n',
      'until Sat, 28 Nov 2026 04:50:00 GMT',
      'If you do not know what this is about, do nothing',
    ]) {
      expect(text).toContain(part)
    }
  })

  test.each([
    [{ purpose: 'reset', isFirst: false }, 'ada@example.com asks you to set a new password'],
    [{ purpose: 'asked', isFirst: false, causedBy: '192.0.2.7' }, 'Somebody at the address 192.0.2.7 asked'],
    [{ organization: '' }, 'as an operator of this installation'],
  ] satisfies [Partial<Letter>, string][])('of %j', (change, part) => {
    expect(letterOf({ ...letter, ...change }).text).toContain(part)
  })

  test('holds names in their line: no line breaks, nothing that turns text around, no more than 100 characters', () => {
    const organization = `a\r\nBcc: eve@example.com\u2028b\u202Ec${'d'.repeat(200)}`
    const { subject, text } = letterOf({ ...letter, organization, causedBy: 'x\nhttps://evil.example.com\ny' })
    expect(subject).toMatch(/^Atrium: set your first password for 'a Bcc: eve@example\.com b cd{74}'$/)
    expect(text.split('\n').filter((line) => /^(?:Bcc|https:\/\/evil)/.test(line))).toEqual([])
    expect(text).toContain('x https://evil.example.com y made an account')
  })
})
