import { type OperatorCredentials, readJsonFile } from '@atrium/toolchain/platform.ts'
import { openRemote } from '../platform/connect.ts'
import { addContext, type Context, readContexts, writeContexts } from '../platform/contexts.ts'
import { refuseOpenFile } from '../platform/private-file.ts'
import type { Prompt } from '../platform/prompt.ts'

interface OperatorLogin {
  email?: string
  /** File of e-mail and password. */
  credentials?: string
  /** A key, instead of a session. */
  key: string | null
  config: string
}

/** Keeps the session, or the key, of an operator of the installation as the context in use. */
export async function loginAsOperator(
  server: Pick<Context, 'url' | 'ca'>,
  name: string,
  login: OperatorLogin,
  prompt: Prompt,
): Promise<void> {
  const { token, until } = login.key === null ? await signIn(server, login, prompt) : await tryKey(server, login.key)
  const context = { ...server, token, isOperator: true, project: null } as const
  writeContexts(login.config, addContext(readContexts(login.config), name, context))
  process.stdout.write(`Context '${name}' is in use: as an operator, until ${until}.\n`)
}

type Kept = { token: string; until: string }

async function signIn(server: Pick<Context, 'url' | 'ca'>, login: OperatorLogin, prompt: Prompt): Promise<Kept> {
  const body = await credentialsOf(login, prompt)
  const { client, close } = openRemote(server, null, null)
  try {
    const { token, expiresAt } = await client.call('POST /atrium/v1/system/sign-in', { body })
    return { token, until: expiresAt }
  } finally {
    await close()
  }
}

async function tryKey(server: Pick<Context, 'url' | 'ca'>, token: string): Promise<Kept> {
  const { client, close } = openRemote(server, { token }, null)
  try {
    await client.call('GET /atrium/v1/system/me')
    return { token, until: 'the key ends' }
  } finally {
    await close()
  }
}

async function credentialsOf({ email, credentials: file }: OperatorLogin, prompt: Prompt) {
  if (file === undefined) {
    if (email === undefined)
      throw new Error('Say who signs in: --email EMAIL, --credentials FILE or --api-key-file FILE')
    return { email, password: (await prompt.secret('Password: ')).trim() }
  }
  refuseOpenFile(file, "an operator's password")
  const { email: address, password } = readCredentials(file)
  if (typeof address === 'string' && typeof password === 'string') return { email: address, password }
  throw new Error(`--credentials: ${file} is no JSON of email and password, as HOME/operator.json is.`)
}

function readCredentials(file: string): Partial<OperatorCredentials> {
  try {
    return readJsonFile<Partial<OperatorCredentials>>(file) ?? {}
  } catch (error) {
    // What is wrong with it would be told with a part of it.
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
