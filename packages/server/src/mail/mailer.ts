import type { Secret } from '@atrium/runtime/base/secret.ts'

/** The server that takes the installation's mail, as an operator set it. */
export interface MailServer {
  host: string
  port: number
  /** TLS from the first byte on; else STARTTLS, without which nothing is sent. */
  isImplicitTls: boolean
  /** Its certificate is checked. */
  isVerified: boolean
  /** '' = it asks nobody for a password. */
  userName: string
  password: Secret<string> | null
  /** E-mail. */
  from: string
}

export interface OutgoingMail {
  /** The same at each try, so that who gets it twice can tell. */
  id: string
  to: string
  subject: string
  /** Plain text. */
  text: string
}

/** Why a mail did not go, or the server would not take one. */
export interface MailProblem {
  /** For people: what failed, and what to do. Nothing secret. */
  text: string
  /** No other try can help. */
  isFinal: boolean
}

/** Speaks to the mail server. What it finds is answered, never thrown; null = all went well. Each call ends within a minute. */
export interface Mailer {
  /** Connects, and signs in. */
  check(server: MailServer): Promise<MailProblem | null>
  send(server: MailServer, mail: OutgoingMail, signal: AbortSignal): Promise<MailProblem | null>
}
