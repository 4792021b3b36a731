/** How statements and transactions travel over a connection of PostgreSQL. */
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Client, PoolClient, QueryResultRow } from 'pg'
import { isConnectionError, isPassedOver } from './pg-errors.ts'
import { nameOfNextUse, statementOf } from './statements.ts'

/** What runs inside a transaction. */
export interface Sql {
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

/** What is said over one connection until it is given back. */
class Conversation implements Sql {
  readonly #client: PoolClient
  /** Nothing was changed, and nothing failed. */
  hasOnlyRead = true
  #isOver = false
  #failure: unknown

  constructor(client: PoolClient) {
    this.#client = client
  }

  async query<Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    if (this.#isOver) throw new AtriumError('InternalError', 'the transaction is over')
    const statement = statementOf(text)
    if (!statement.isReading) this.hasOnlyRead = false
    this.#gather()
    try {
      const name = nameOfNextUse(statement)
      return (await this.#client.query<Row>({ name, text, values: [...values] })).rows
    } catch (error) {
      this.hasOnlyRead = false
      // Who sends several at once may hear first of one that was passed over: the one that failed tells why, and whether to try again.
      if (!isPassedOver(error)) this.#failure = error
      throw this.#failure ?? error
    }
  }

  /** What still goes on beside work that failed sends nothing: the connection is another transaction's by then. */
  end(): void {
    this.#isOver = true
  }

  /** What begins or ends a transaction; answers what PostgreSQL says it did. */
  async control(text: string): Promise<string> {
    this.#gather()
    return (await this.#client.query(text)).command
  }

  /** What is sent at once leaves as one packet: each wakes a process of PostgreSQL, which on a busy machine costs a wait for a processor. */
  #gather(): void {
    const { stream } = (this.#client as PoolClient & Pick<Client, 'connection'>).connection
    stream.cork()
    process.nextTick(() => stream.uncork())
  }
}

/** The whole transaction is on its way before its first answer; without `begin` the statement is one by itself. */
export const inOneGo = async <Row extends QueryResultRow>(
  client: PoolClient,
  begin: string | null,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> => {
  const conversation = new Conversation(client)
  let broken = true
  try {
    const began = begin === null ? null : conversation.control(begin)
    const answer = conversation.query<Row>(text, values)
    const [rows] = await Promise.all([answer, began, begin === null ? null : conversation.control('commit')])
    broken = false
    return rows
  } finally {
    // What was sent behind a statement that failed is not answered yet: such a connection is closed.
    client.release(broken)
  }
}

export interface Work<T> {
  /** May run again after a serialisation failure or deadlock. */
  run(sql: Sql): Promise<T>
  /** What is left to write when `run` is done. It asks for all of it at once, since the commit is sent right behind. */
  last?: ((sql: Sql) => Promise<unknown>) | undefined
}

/** Runs a transaction and gives the connection back. */
export const inTransaction = async <T>(client: PoolClient, begin: string, work: Work<T>): Promise<T> => {
  const conversation = new Conversation(client)
  try {
    // The first statement is on its way before the beginning is answered.
    const [, result] = await Promise.all([conversation.control(begin), work.run(conversation)])
    const last = work.last?.(conversation)
    conversation.end()
    const ended = Promise.all([conversation.control('commit'), last]).then(([command]) => mustBeCommitted(command))
    if (!conversation.hasOnlyRead) await ended
    // Nothing hangs on the end of a transaction that only read: its result goes on, the connection when it has ended.
    void ended.then(
      () => client.release(),
      () => client.release(true),
    )
    return result
  } catch (error) {
    conversation.end()
    // A connection in doubt is closed, never given to the next transaction.
    client.release(isConnectionError(error) || !(await rolledBack(client)))
    throw error
  }
}

/** PostgreSQL answers ROLLBACK, without an error, when a statement failed and the failure was caught. */
const mustBeCommitted = (command: string): void => {
  if (command !== 'COMMIT')
    throw new AtriumError('InternalError', 'the transaction was rolled back: a statement in it had failed')
}

const rolledBack = (client: PoolClient): Promise<boolean> =>
  client.query('rollback').then(
    () => true,
    () => false,
  )
