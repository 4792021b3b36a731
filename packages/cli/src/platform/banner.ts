import { stripVTControlCharacters } from 'node:util'
import type { v1LoginBannerSettings } from '@atrium/api/generated/operations.d.ts'
import type { Prompt } from './prompt.ts'

/** As a terminal may show it: what others wrote moves no cursor. */
const plain = (text: string): string => stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n\t]/gu, '')

/** What a person reads of it; null = nothing is to be read. */
export function textOfBanner({ title = '', Message = '', isEnabled }: v1LoginBannerSettings): string | null {
  const text = plain([title, Message].filter((part) => part !== '').join('\n\n'))
  return isEnabled === true && text.trim() !== '' ? text : null
}

/** Shows a banner, and throws unless it is accepted: by `--accept-banner`, or by typing so. */
export async function acceptBanner(text: string, isAccepted: boolean, prompt: Prompt): Promise<void> {
  process.stderr.write(`${text}\n\n`)
  if (isAccepted) return
  if (!prompt.isInteractive) throw new Error('Read this, and say that you accept it: --accept-banner')
  const answer = await prompt.line('Type "accept" to go on: ')
  if (answer.trim().toLowerCase() !== 'accept') throw new Error('Not accepted, and not signed in.')
}
