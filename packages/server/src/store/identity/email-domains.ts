import type { Sql } from '../database.ts'

/** What came of the last look at a domain's record. `taken`: it is there, and another tenant holds the domain. */
export type DomainOutcome = 'published' | 'absent' | 'different' | 'unreachable' | 'taken'

/** A domain that a tenant lists, and what is known of it. Moments are RFC 3339. */
export interface EmailDomain {
  tenant: string
  /** In lower case. */
  domain: string
  listedAt: string
  /** Null = nobody proved that it is the tenant's. */
  confirmed: { at: string; by: 'dns' | 'operator' } | null
  /** Null = nobody has looked yet. */
  lastLook: { at: string; outcome: DomainOutcome; found: string[] } | null
  /** Looks in a row that did not find the record. */
  misses: number
  /** Of a confirmed domain: since when its record is gone. */
  lostSince: string | null
  /** Why it is confirmed no longer; '' = it never was. */
  reason: string
  /** Null = an operator vouches for it, and nobody looks. */
  nextLookAt: string | null
}

interface Row extends Record<string, unknown> {
  tenant: string
  domain: string
  listed_at: Date
  confirmed_at: Date | null
  confirmed_by: 'dns' | 'operator' | null
  looked_at: Date | null
  outcome: DomainOutcome | null
  found: string[]
  misses: number
  lost_since: Date | null
  reason: string
  next_look_at: Date | null
}

const toDomain = ({ tenant, domain, misses, reason, ...row }: Row): EmailDomain => ({
  ...{ tenant, domain, misses, reason, listedAt: row.listed_at.toISOString() },
  confirmed: row.confirmed_at && row.confirmed_by ? { at: row.confirmed_at.toISOString(), by: row.confirmed_by } : null,
  lastLook:
    row.looked_at && row.outcome ? { at: row.looked_at.toISOString(), outcome: row.outcome, found: row.found } : null,
  lostSince: row.lost_since?.toISOString() ?? null,
  nextLookAt: row.next_look_at?.toISOString() ?? null,
})

/** Keeps what is known of those that stay; what is listed no longer is forgotten. `domains`: in lower case. */
export async function listDomains(sql: Sql, tenant: string, domains: readonly string[], at: string): Promise<void> {
  await sql.query('delete from email_domains where tenant = $1 and domain <> all($2)', [tenant, domains])
  await sql.query(
    `insert into email_domains (tenant, domain, listed_at, next_look_at)
     select $1, domain, $3, $3 from unnest($2::text[]) as domain on conflict do nothing`,
    [tenant, domains, at],
  )
}

export async function selectDomains(sql: Sql, tenant: string): Promise<EmailDomain[]> {
  const text = 'select * from email_domains where tenant = $1 order by domain'
  return (await sql.query<Row>(text, [tenant])).map(toDomain)
}

/** Held until the transaction ends. Null = the tenant does not list it. */
export async function lockDomain(sql: Sql, tenant: string, domain: string): Promise<EmailDomain | null> {
  const text = 'select * from email_domains where tenant = $1 and domain = $2 for update'
  const [row] = await sql.query<Row>(text, [tenant, domain])
  return row ? toDomain(row) : null
}

/** Breaks the unique index `email_domains_owner` where another tenant holds the domain. */
export async function updateDomain(sql: Sql, { tenant, domain, ...known }: EmailDomain): Promise<void> {
  await sql.query(
    `update email_domains set confirmed_at = $3, confirmed_by = $4, looked_at = $5, outcome = $6, found = $7,
       misses = $8, lost_since = $9, reason = $10, next_look_at = $11
     where tenant = $1 and domain = $2`,
    [
      ...[tenant, domain, known.confirmed?.at ?? null, known.confirmed?.by ?? null],
      ...[known.lastLook?.at ?? null, known.lastLook?.outcome ?? null, known.lastLook?.found ?? []],
      ...[known.misses, known.lostSince, known.reason, known.nextLookAt],
    ],
  )
}

/** The tenant that holds a domain; runs as `atrium_system`. */
export async function selectTenantOfDomain(sql: Sql, domain: string): Promise<{ uid: string; name: string } | null> {
  const [row] = await sql.query<{ uid: string; name: string }>(
    `select t.uid, t.name from email_domains d join tenants t on t.uid = d.tenant
     where d.domain = $1 and d.confirmed_at is not null`,
    [domain],
  )
  return row ?? null
}

/** Domains whose look is due, those longest due first; another server is given none of them until `until`. Runs as `atrium_system`. */
export async function takeDueDomains(
  sql: Sql,
  { at, until, limit }: { at: string; until: string; limit: number },
): Promise<{ tenant: string; domain: string }[]> {
  return sql.query<{ tenant: string; domain: string }>(
    `update email_domains d set next_look_at = $2
     from (select tenant, domain from email_domains where next_look_at <= $1
           order by next_look_at limit $3 for update skip locked) due
     where d.tenant = due.tenant and d.domain = due.domain returning d.tenant, d.domain`,
    [at, until, limit],
  )
}
