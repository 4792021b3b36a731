import { messageOf } from '@atrium/runtime/base/errors.ts'
import { EgressError } from '@atrium/runtime/egress/error.ts'
import type { MailProblem, MailServer } from './mailer.ts'

/** What nodemailer says of a failure beside its message. */
interface SmtpFailure {
  code?: string
  command?: string
  response?: string
  responseCode?: number
}

const longestAnswer = 300

/** A failure in words for the operator. What the server answered is quoted, without the password and in one line. */
export function problemOf(error: unknown, server: MailServer, isLate: boolean): MailProblem {
  const where = `${server.host}:${server.port}`
  if (isLate) return again(`${where} did not finish in time. Is it a mail server, and does it take TLS there?`)
  if (error instanceof EgressError) return again(`${where} is not reached: ${error.message}`)
  const failure = error as SmtpFailure
  const said = quote(failure.response ?? messageOf(error), server)
  const { code = '', command = '', responseCode = 0 } = failure
  if (/certificate|altnames/i.test(said)) {
    return again(
      `The certificate of ${where} is not trusted: ${said}. Let an authority sign it that this server's machine trusts (NODE_EXTRA_CA_CERTS names a file of further ones), or set insecureSkipVerifyTls.`,
    )
  }
  if (code === 'EAUTH' || code === 'ENOAUTH') return again(`${where} does not let the user in: ${said}`)
  if (code === 'ETLS' || /wrong version number|packet length too long/.test(said)) {
    return again(
      `${where} begins no TLS: ${said}. Without TLS nothing is sent. Port 465 has it from the first byte (elsewhere write smtps:// before the name), others by STARTTLS.`,
    )
  }
  if (code === 'EENVELOPE' && command === 'MAIL FROM')
    return again(`${where} takes no mail from ${server.from}: ${said}`)
  if (code === 'EENVELOPE' || code === 'EMESSAGE') {
    return { text: `${where} does not take the mail: ${said}`, isFinal: isRefusedForGood(responseCode, said) }
  }
  if (code === 'ETIMEDOUT') return again(`${where} did not answer in time.`)
  return again(`${where} is not reached, or broke off: ${said}`)
}

const again = (text: string): MailProblem => ({ text, isFinal: false })

/** 5xx is for good, but for x.7.x: the server's rules refuse this sender, and an operator can change that. */
const isRefusedForGood = (code: number, said: string): boolean =>
  code >= 500 && code < 600 && !/^\d{3}[ -]5\.7\./.test(said)

function quote(text: string, { userName, password }: MailServer): string {
  const secret = password?.reveal() ?? ''
  const forms = secret === '' ? [] : [secret, encoded(secret), encoded(`\0${userName}\0${secret}`)]
  const clean = forms.reduce((left, form) => left.replaceAll(form, '[secret]'), text)
  return clean
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, longestAnswer)
}

const encoded = (text: string): string => Buffer.from(text).toString('base64')
