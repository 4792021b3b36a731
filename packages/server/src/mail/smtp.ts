import { getCACertificates } from 'node:tls'
import type { Dial } from '@atrium/runtime/egress/dial.ts'
import type { Transporter } from 'nodemailer'
import type { Mailer, MailProblem, MailServer } from './mailer.ts'
import { problemOf } from './problem.ts'

export interface MailerDeps {
  dial: Dial
  /** PEM of authorities that are trusted beside the system's. */
  alsoTrusted?: string
  limits?: MailLimits
}

export interface MailLimits {
  /** For each answer of the server. */
  answerMs: number
  /** For all of it. */
  wholeMs: number
}

const defaultLimits: MailLimits = { answerMs: 15_000, wholeMs: 60_000 }

/** SMTP with TLS always: links that set passwords go through here, and the password of the mail server itself. */
export function createMailer({ dial, alsoTrusted, limits = defaultLimits }: MailerDeps): Mailer {
  const ca = alsoTrusted === undefined ? {} : { ca: [...getCACertificates('default'), alsoTrusted] }
  const speak = async (
    server: MailServer,
    outer: AbortSignal | null,
    work: (transport: Transporter) => Promise<unknown>,
  ): Promise<MailProblem | null> => {
    const [late, ended] = [AbortSignal.timeout(limits.wholeMs), new AbortController()]
    const signal = AbortSignal.any([late, ended.signal, ...(outer === null ? [] : [outer])])
    const { host, port, userName: user, password } = server
    try {
      const connection = await dial({ host, port, signal })
      // Before nodemailer listens, and when it is over: what else went wrong is told by what was being done.
      connection.on('error', () => undefined)
      // Where no mail is sent it is not loaded: it holds 10 MB.
      const { createTransport } = await import('nodemailer')
      const transport = createTransport({
        connection,
        host,
        port,
        secure: server.isImplicitTls,
        requireTLS: true,
        tls: { rejectUnauthorized: server.isVerified, minVersion: 'TLSv1.2', ...ca },
        ...(user !== '' && { auth: { user, pass: password?.reveal() ?? '' } }),
        greetingTimeout: limits.answerMs,
        socketTimeout: limits.answerMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      await work(transport)
      return null
    } catch (error) {
      return problemOf(error, server, late.aborted)
    } finally {
      ended.abort()
    }
  }

  return {
    check: (server) => speak(server, null, (transport) => transport.verify()),

    send: (server, { id, to, subject, text }, signal) =>
      speak(server, signal, (transport) =>
        transport.sendMail({
          // Objects, not texts: nothing in an address is read as another one.
          from: { name: 'Atrium', address: server.from },
          to: { name: '', address: to },
          subject,
          text,
          messageId: `<${id}@${server.from.split('@').at(-1)}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          xMailer: false,
        }),
      ),
  }
}
