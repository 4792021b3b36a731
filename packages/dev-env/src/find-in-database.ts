import pg from 'pg'

/** Ways in which a text may lie somewhere without being seen at once. */
export const formsOf = (text: string): string[] => {
  const bytes = Buffer.from(text)
  // Base64 without the letters that depend on what stands around.
  return [text, bytes.toString('hex'), bytes.toString('base64url').slice(0, -2), encodeURIComponent(text)]
}

/** Tables of the database that hold one of `needles` in any column, also inside binary ones. */
export async function tablesHolding(ownerUrl: string, needles: readonly string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
    )
    const patterns = needles.flatMap(formsOf).map((form) => `%${form.replaceAll(/[\\%_]/g, '\\$&')}%`)
    const holding: string[] = []
    for (const { name } of tables) {
      const { rowCount } = await client.query(`select from ${name} t where t::text like any ($1::text[]) limit 1`, [
        patterns,
      ])
      if (rowCount !== 0) holding.push(name)
    }
    return holding
  } finally {
    await client.end()
  }
}
