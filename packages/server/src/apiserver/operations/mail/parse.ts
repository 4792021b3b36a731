import type { v1SystemSmtpSpec } from '@atrium/api/generated/operations.d.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { MailSettings } from '../../../auth/mail/settings.ts'
import { checkEmail } from '../../../auth/users.ts'
import type { MailServer } from '../../../mail/mailer.ts'
import { invalid } from '../../invalid.ts'
import { maskedValue } from '../../shapes/masked.ts'

const implicitTls = 'smtps://'
/** Where TLS comes with the first byte, without anybody saying so. */
const implicitTlsPort = 465
const submissionPort = 587
const longest = 253
const hostForm = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i
const addressForm = /^[0-9a-f:.]+$/i

/** Settings of a mail server as they were sent; null = none. A password that is absent or masked is the one that is stored. */
export function parseMailServer(spec: v1SystemSmtpSpec): MailServer | null {
  const { smtpServer = '', smtpPort = 0, userName = '', password = '', fromEmailId = '' } = spec
  const server = smtpServer.trim()
  if (server === '') return null
  const isMarked = server.startsWith(implicitTls)
  const host = isMarked ? server.slice(implicitTls.length) : server
  if (host.length > longest || !(hostForm.test(host) || addressForm.test(host))) {
    throw invalid(
      'smtpServer',
      `must be a host name or an address, where TLS comes first with ${implicitTls} before it`,
    )
  }
  const port = smtpPort || (isMarked ? implicitTlsPort : submissionPort)
  if (port < 1 || port > 65_535) throw invalid('smtpPort', 'must be between 1 and 65535')
  for (const [field, text] of Object.entries({ userName, password })) {
    if (text.length > longest || /\p{Cc}/u.test(text)) {
      throw invalid(field, `has at most ${longest} characters, and no control characters`)
    }
  }
  return {
    host,
    port,
    isImplicitTls: isMarked || port === implicitTlsPort,
    isVerified: spec.insecureSkipVerifyTls !== true,
    userName,
    password: password === '' || password === maskedValue ? null : new Secret(password),
    from: checkEmail(fromEmailId, 'fromEmailId'),
  }
}

/** The password is never told. */
export function viewMailServer(settings: MailSettings | null): v1SystemSmtpSpec {
  if (settings === null) return {}
  const { host, port, isImplicitTls, isVerified, userName, from } = settings
  return {
    smtpServer: isImplicitTls && port !== implicitTlsPort ? `${implicitTls}${host}` : host,
    smtpPort: port,
    userName,
    fromEmailId: from,
    insecureSkipVerifyTls: !isVerified,
  }
}
