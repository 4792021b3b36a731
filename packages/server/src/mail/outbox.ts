import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { MailServer, OutgoingMail } from './mailer.ts'

/** A mail of the outbox as it is now. */
export type Taken =
  /** There is nothing to send (any more): it was sent, or its link is void. */
  | { state: 'gone' }
  /** Somebody asked for a link, for an address that may be nobody's. */
  | { state: 'question' }
  | { state: 'waiting'; mail: OutgoingMail; createdAt: string; attempts: number; secret: Secret<string> }
  | { state: 'ended'; endedAt: string }

/** Mail that waits in the database. Each step can be repeated. */
export interface Outbox {
  take(tenant: string, uid: string): Promise<Taken>
  /** Looks whose the address of a question is, and queues a mail with a link for each of them. */
  answer(uid: string): Promise<void>
  /** The server that takes mail, or why there is none. */
  server(): Promise<MailServer | string>
  /** A try failed; `nextAt` null = it was the last one. */
  failed(tenant: string, uid: string, problem: string, nextAt: string | null): Promise<void>
  forget(tenant: string, uid: string): Promise<void>
}
