import { describe, expect, it, test } from 'vitest'
import { RegexError, RegexWork, sizeOfRegex } from './regex-work.ts'

describe('the size of an expression', () => {
  test.each([
    ['abc', 3],
    ['^[a-z]+$', 4],
    ['[]x{9}]y', 2],
    ['a{1000}', 1000],
    ['(ab){10}', 40],
    ['((a{10}){10}){10}', 1220],
    ['a{2,}b{3,4}', 7],
    [String.raw`\p{Greek}{3}\x{41}\.`, 5],
    ['(a|b', 3],
  ])('%s: %i', (pattern, size) => expect(sizeOfRegex(pattern)).toBe(size))
})

describe('work on expressions', () => {
  it('is none for what people write', () => {
    const work = new RegexWork()
    const host = work.compile('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$')
    for (let count = 0; count < 100; count += 1) expect(host.matcher(`web-${count}.example.com`).find()).toBe(true)
    expect(work.compile('[A-Za-z0-9+/=]+').matcher('A'.repeat(65_536)).find()).toBe(true)
    expect(() => work.compile('(')).toThrow(/no regular expression/)
  })

  it('is refused before it is done', () => {
    const refused = (use: (work: RegexWork) => unknown): void =>
      expect(() => use(new RegexWork())).toThrow(expect.objectContaining({ name: RegexError.name }))
    refused((work) => work.compile('(.?){1000}'.repeat(90)))
    refused((work) => work.compile('(.?){900}x').matcher('a'.repeat(65_536)))
    refused((work) => work.compile('a.*b|a').matcherOfAll('a'.repeat(20_000)))
    refused((work) => {
      for (;;) work.compile('[a-z]{500}')
    })
  })
})
