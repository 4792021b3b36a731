import type { Client } from '@atrium/client/client.ts'
import type { Prompt } from './prompt.ts'

interface Who {
  email: string
  /** Name of the organisation; needed when several know the e-mail. */
  org: string | undefined
}

/** A session token, for a password and, where the user or the organisation has it so, a second factor. `openAs` gives a client with a token. */
export async function signInByPassword(
  anonymous: Client,
  openAs: (token: string) => { client: Client; close(): Promise<void> },
  { email, org }: Who,
  prompt: Prompt,
): Promise<string> {
  const password = await prompt.secret(`Password of ${email}: `)
  const body = { emailId: email, password, ...(org === undefined ? {} : { org }) }
  const { Authorization: token = '', isMfa } = await anonymous.call('POST /v1/auth/authenticate', { body })
  if (isMfa !== true) return token
  const { client, close } = openAs(token)
  try {
    return await completeByCode(client, prompt)
  } finally {
    await close()
  }
}

async function completeByCode(client: Client, prompt: Prompt): Promise<string> {
  const devices = (await client.call('GET /v1/auth/mfa/devices')) ?? []
  if (devices.length === 0)
    throw new Error(
      'Your organisation asks for a second factor and you have none. Enrol an app first: docs/passwords-and-factors.md says how.',
    )
  const names = devices.map(({ deviceName }) => deviceName).join(', ')
  const code = await prompt.secret(`Code of your app, or a recovery code (second factors: ${names}): `)
  const { Authorization } = await client.call('POST /atrium/v1/auth/mfa/code', { body: { code: code.trim() } })
  return Authorization
}
