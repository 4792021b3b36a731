import type { Sql } from '../database.ts'
import type { SealedSecret } from '../keys/tenant-keys.ts'

/** It is looked up yet whether the address is anybody's. */
export type QuestionPurpose = 'findUser' | 'findOperator'
/** It holds a link. */
export type LinkPurpose = 'invited' | 'reset' | 'asked'
type MailPurpose = QuestionPurpose | LinkPurpose

export const isQuestion = (purpose: MailPurpose): purpose is QuestionPurpose =>
  purpose === 'findUser' || purpose === 'findOperator'

export interface NewMail {
  uid: string
  purpose: MailPurpose
  recipient: string
  causedBy: string
  at: string
  sealed: SealedSecret | null
}

/** What an operator is told of it. */
export interface MailRow {
  tenant: string
  uid: string
  purpose: MailPurpose
  recipient: string
  createdAt: string
  attempts: number
  nextAt: string | null
  problem: string | null
  endedAt: string | null
}

export interface SealedMailRow extends MailRow {
  causedBy: string
  sealed: SealedSecret | null
}

interface Row {
  tenant: string
  uid: string
  purpose: MailPurpose
  recipient: string
  caused_by: string
  created_at: Date
  attempts: number
  next_at: Date | null
  problem: string | null
  ended_at: Date | null
  key_version: number | null
  nonce: Buffer | null
  ciphertext: Buffer | null
}

const TOLD = 'tenant, uid, purpose, recipient, created_at, attempts, next_at, problem, ended_at'

const toMail = (row: Row): MailRow => ({
  tenant: row.tenant,
  uid: row.uid,
  purpose: row.purpose,
  recipient: row.recipient,
  createdAt: row.created_at.toISOString(),
  attempts: row.attempts,
  nextAt: row.next_at?.toISOString() ?? null,
  problem: row.problem,
  endedAt: row.ended_at?.toISOString() ?? null,
})

export async function insertMail(sql: Sql, tenant: string, mail: NewMail): Promise<void> {
  const { sealed } = mail
  await sql.query(
    `insert into mails
       (tenant, uid, purpose, recipient, caused_by, created_at, next_at, key_version, nonce, ciphertext)
     values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)`,
    [
      ...[tenant, mail.uid, mail.purpose, mail.recipient, mail.causedBy, mail.at],
      ...[sealed?.keyVersion ?? null, sealed?.nonce ?? null, sealed?.ciphertext ?? null],
    ],
  )
}

export async function selectMail(sql: Sql, tenant: string, uid: string): Promise<SealedMailRow | null> {
  const [row] = await sql.query<Row>(
    `select ${TOLD}, caused_by, key_version, nonce, ciphertext from mails where tenant = $1 and uid = $2`,
    [tenant, uid],
  )
  if (!row) return null
  const { caused_by: causedBy, key_version: keyVersion, nonce, ciphertext } = row
  const isSealed = keyVersion !== null && nonce !== null && ciphertext !== null
  return { ...toMail(row), causedBy, sealed: isSealed ? { keyVersion, nonce, ciphertext } : null }
}

export async function deleteMail(sql: Sql, tenant: string, uid: string): Promise<void> {
  await sql.query('delete from mails where tenant = $1 and uid = $2', [tenant, uid])
}

/** One more try failed. `nextAt` null = it was the last: the secret goes. */
export async function markMailFailed(
  sql: Sql,
  tenant: string,
  uid: string,
  { problem, nextAt, at }: { problem: string; nextAt: string | null; at: string },
): Promise<void> {
  const isOver = nextAt === null
  await sql.query(
    `update mails set attempts = attempts + 1, problem = $3, next_at = $4, ended_at = $5,
       key_version = case when $6 then null else key_version end, nonce = case when $6 then null else nonce end,
       ciphertext = case when $6 then null else ciphertext end
     where tenant = $1 and uid = $2 and ended_at is null`,
    [tenant, uid, problem, nextAt, isOver ? at : null, isOver],
  )
}

/** Of every tenant, newest first; runs as `atrium_system`. */
export async function selectMails(sql: Sql, limit: number): Promise<MailRow[]> {
  const rows = await sql.query<Row>(`select ${TOLD} from mails order by created_at desc, uid limit $1`, [limit])
  return rows.map(toMail)
}

export interface MailCounts {
  waiting: number
  failed: number
  /** RFC 3339. */
  oldestWaitingAt: string | null
}

/** Of every tenant; runs as `atrium_system`. */
export async function countMails(sql: Sql): Promise<MailCounts> {
  const [row] = await sql.query<{ waiting: number; failed: number; oldest: Date | null }>(
    `select count(*) filter (where ended_at is null)::int as waiting, count(ended_at)::int as failed,
       min(created_at) filter (where ended_at is null) as oldest from mails`,
  )
  return { waiting: row?.waiting ?? 0, failed: row?.failed ?? 0, oldestWaitingAt: row?.oldest?.toISOString() ?? null }
}
