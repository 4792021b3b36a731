/** Statements as connections keep them prepared. */

/** Each connection holds them all. */
const STATEMENTS_MAX = 500
/**
 * A plan stays as it was made, and a new installation makes its plans while nothing is stored: they walk through whole
 * tables until PostgreSQL has statistics, a minute later. After so many uses a statement is planned anew.
 */
const PLANNED_ANEW = [100, 1_000, 10_000]

interface Statement {
  /** Under which connections keep it prepared; empty when it is not. */
  name: string
  uses: number
  isReading: boolean
}

/**
 * Prepared statements: each connection parses and plans a text once, which is most of what a short statement costs. Texts are
 * constant, so there are as many as the code has.
 */
const statements = new Map<string, Statement>()

export const statementOf = (text: string): Statement => {
  const known = statements.get(text)
  if (known) return known
  // Lists are put together from a kind's columns: what is too many is not prepared.
  const name = statements.size < STATEMENTS_MAX ? `s${statements.size}` : ''
  const statement = { name, uses: 0, isReading: isReading(text) }
  if (name !== '') statements.set(text, statement)
  return statement
}

/** Under which name it is sent this time; empty when it is not kept. */
export const nameOfNextUse = (statement: Statement): string => {
  if (statement.name === '') return ''
  statement.uses += 1
  const times = PLANNED_ANEW.filter((uses) => statement.uses > uses).length
  return times === 0 ? statement.name : `${statement.name}_${times}`
}

/** Only reads, and locks nothing, and calls nothing that may do more. */
const isReading = (text: string): boolean =>
  /^\s*(select|with)\b/i.test(text) &&
  !/\b(insert|update|delete|merge|share|nextval|setval|set_config|pg_\w+)\b/i.test(text)
