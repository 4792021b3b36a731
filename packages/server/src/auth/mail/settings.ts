import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type Actor, systemTenant } from '@atrium/runtime/store/store.ts'
import type { MailServer } from '../../mail/mailer.ts'
import { selectSetting, upsertSetting } from '../../store/identity/settings.ts'
import type { SealContext } from '../../store/keys/tenant-keys.ts'
import { change, type Parts } from '../parts.ts'

/** How mail leaves the installation, without the password. */
export type MailSettings = Omit<MailServer, 'password'>

/** The setting's name, of tenant `system`. */
const mailServerName = 'mailServer'

interface StoredServer {
  settings: MailSettings | null
  /** In base64. */
  password: { keyVersion: number; nonce: string; ciphertext: string } | null
}

/** What the sealed password belongs to: nobody who cannot read it sends it to another server, or to one that proves nothing. */
const contextOf =
  ({ host, port, userName, isVerified }: MailSettings): SealContext =>
  (keyVersion) =>
    JSON.stringify(['mailServer', host, port, userName, isVerified, keyVersion])

const isSameLogin = (one: MailSettings, other: MailSettings): boolean => contextOf(one)(0) === contextOf(other)(0)

export function mailSettings(parts: Parts) {
  const { database, keys } = parts
  const stored = async (): Promise<StoredServer | null> => {
    const reads = database.readsOf(systemTenant)
    return (await selectSetting(reads, systemTenant, null, mailServerName)) as StoredServer | null
  }
  const passwordOf = async (settings: MailSettings, { password }: StoredServer): Promise<Secret<string> | null> => {
    if (password === null) return null
    const [nonce, ciphertext] = [Buffer.from(password.nonce, 'base64'), Buffer.from(password.ciphertext, 'base64')]
    const sealed = { keyVersion: password.keyVersion, nonce, ciphertext }
    const opened = await keys.unseal(database.readsOf(systemTenant), systemTenant, sealed, contextOf(settings))
    return new Secret(opened.toString())
  }
  const server = async (): Promise<MailServer | null> => {
    const found = await stored()
    return found?.settings ? { ...found.settings, password: await passwordOf(found.settings, found) } : null
  }
  const complete = async (given: MailServer): Promise<MailServer> => {
    if (given.userName === '') return { ...given, password: null }
    if (given.password !== null) return given
    const known = await server()
    if (known?.password && isSameLogin(given, known)) return { ...given, password: known.password }
    const text =
      'password: is missing. The one that is stored, if any, is for another server, port or user, or for one that proves itself.'
    throw new AtriumError('InvalidRequest', text, { details: { field: 'password' } })
  }

  return {
    settings: async (): Promise<MailSettings | null> => (await stored())?.settings ?? null,

    server,

    complete,

    put: (actor: Actor, given: MailServer | null): Promise<void> =>
      change(parts, { tenant: systemTenant, actor }, async (sql, at) => {
        const { password = null, ...settings } = given ?? {}
        const value: StoredServer = { settings: given === null ? null : (settings as MailSettings), password: null }
        if (value.settings !== null && password !== null) {
          const plain = Buffer.from(password.reveal())
          const { keyVersion, ...sealed } = await keys.seal(sql, systemTenant, plain, contextOf(value.settings))
          const [nonce, ciphertext] = [sealed.nonce.toString('base64'), sealed.ciphertext.toString('base64')]
          value.password = { keyVersion, nonce, ciphertext }
        }
        await upsertSetting(sql, systemTenant, { project: null, name: mailServerName, value, at })
        const message = given === null ? 'took the mail server away' : `set the mail server ${given.host}:${given.port}`
        const entry = { action: 'update', kind: 'Settings', uid: systemTenant, name: mailServerName, message } as const
        return { result: undefined, entry }
      }),
  }
}
