import { openRemote } from '../platform/connect.ts'
import { addContext, type Context, readContexts, writeContexts } from '../platform/contexts.ts'
import type { Prompt } from '../platform/prompt.ts'

/** Keeps the session of an operator of the installation as the context in use. */
export async function loginAsOperator(
  server: Pick<Context, 'url' | 'ca'>,
  name: string,
  { email, config }: { email?: string; config: string },
  prompt: Prompt,
): Promise<void> {
  if (email === undefined) throw new Error('Say who signs in: --email EMAIL')
  const password = (await prompt.secret('Password: ')).trim()
  const { client, close } = openRemote(server, null, null)
  try {
    const { token, expiresAt } = await client.call('POST /atrium/v1/system/sign-in', { body: { email, password } })
    const context = { ...server, token, isOperator: true, project: null } as const
    writeContexts(config, addContext(readContexts(config), name, context))
    process.stdout.write(`Context '${name}' is in use: as an operator, until ${expiresAt}.\n`)
  } finally {
    await close()
  }
}
