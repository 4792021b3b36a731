import type pg from 'pg'
import { withClient } from './sql-client.ts'

/** Ways in which a text may lie somewhere without being seen at once. */
export const formsOf = (text: string): string[] => {
  const bytes = Buffer.from(text)
  // Base64 without the letters that depend on what stands around.
  return [text, bytes.toString('hex'), bytes.toString('base64url').slice(0, -2), encodeURIComponent(text)]
}

const tableNames = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
  )
  return rows.map(({ name }) => name)
}

/** A digest of all that each table holds: equal when nothing was written. */
export const digestsOfTables = (ownerUrl: string): Promise<Record<string, string>> =>
  withClient(ownerUrl, async (client) => {
    const digests: Record<string, string> = {}
    for (const name of await tableNames(client)) {
      const { rows } = await client.query<{ digest: string }>(
        `select md5(coalesce(string_agg(t::text, '\n' order by t::text), '')) as digest from ${name} t`,
      )
      digests[name] = rows[0]?.digest ?? ''
    }
    return digests
  })

/** Tables of the database that hold one of `needles` in any column, also inside binary ones. */
export const tablesHolding = (ownerUrl: string, needles: readonly string[]): Promise<string[]> =>
  withClient(ownerUrl, async (client) => {
    const patterns = needles.flatMap(formsOf).map((form) => `%${form.replaceAll(/[\\%_]/g, '\\$&')}%`)
    const holding: string[] = []
    for (const name of await tableNames(client)) {
      const { rowCount } = await client.query(`select from ${name} t where t::text like any ($1::text[]) limit 1`, [
        patterns,
      ])
      if (rowCount !== 0) holding.push(name)
    }
    return holding
  })
