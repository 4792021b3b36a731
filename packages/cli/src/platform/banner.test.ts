import { expect, test, vi } from 'vitest'
import { acceptBanner, textOfBanner } from './banner.ts'
import type { Prompt } from './prompt.ts'

test('a banner is its title and its text, without what would move the cursor', () => {
  const text = textOfBanner({ title: 'Mind\u001B[2J', Message: 'the\u0007 gap\nhere', isEnabled: true })
  expect(text).toBe('Mind\n\nthe gap\nhere')
})

test.each([{}, { isEnabled: false, Message: 'x' }, { isEnabled: true, Message: ' ' }])('%o is none', (banner) => {
  expect(textOfBanner(banner)).toBeNull()
})

const answering = (answer: string, isInteractive = true): Prompt => ({
  isInteractive,
  line: async () => answer,
  secret: async () => '',
  close: () => undefined,
})

test('it is accepted by the word or by the option, and by nothing else', async () => {
  using shown = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await acceptBanner('read me', false, answering('Accept '))
  expect(shown).toHaveBeenCalledWith('read me\n\n')
  await acceptBanner('read me', true, answering('', false))
  await expect(acceptBanner('read me', false, answering('yes'))).rejects.toThrow('not signed in')
  await expect(acceptBanner('read me', false, answering('accept', false))).rejects.toThrow('--accept-banner')
})
