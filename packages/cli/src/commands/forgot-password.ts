import { openRemote } from '../platform/connect.ts'
import type { Context } from '../platform/contexts.ts'

/** Asks for a mail with a link that sets another password. Nobody is told whether there is such a user. */
export async function askForLink(server: Context, { email, system }: { email?: string; system?: true }): Promise<void> {
  if (email === undefined) throw new Error('Whose password? Name them: --email EMAIL')
  const { client, close } = openRemote(server, null, null)
  try {
    const route = system ? 'POST /v1/system/users/password/reset' : 'POST /v1/auth/user/password/reset'
    await client.call(route, { body: { emailId: email } })
    process.stdout.write(`If ${email} is known there, a mail is on its way, with a link that sets another password.\n`)
  } finally {
    await close()
  }
}
