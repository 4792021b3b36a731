import pg from 'pg'

/** One time that a condition of a cluster took another status. */
export interface ConditionChange {
  uid: string
  status: string
  reason: string
  atMs: number
}

const SCHEMA = `
create table condition_history (
  at timestamptz not null default clock_timestamp(), uid text not null, type text not null, status text not null, reason text not null
);
create function keep_condition_history() returns trigger language plpgsql security definer as $$
begin
  insert into condition_history (uid, type, status, reason)
  select new.uid, now_is->>'type', now_is->>'status', now_is->>'reason' from jsonb_array_elements(new.conditions) now_is
  where not exists (
    select from jsonb_array_elements(case when tg_op = 'UPDATE' then old.conditions else '[]'::jsonb end) was
    where was->>'type' = now_is->>'type' and was->>'status' = now_is->>'status'
  );
  return new;
end $$;
create trigger keep_condition_history after insert or update on object_status for each row execute function keep_condition_history();`

/**
 * Every status that a condition ever had, kept by the database itself: whoever looks now and then misses one that
 * comes and goes.
 */
export class ConditionHistory {
  readonly #client: pg.Client

  /** `databaseUrl` is of the owner. */
  static async keep(databaseUrl: string): Promise<ConditionHistory> {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query(SCHEMA)
    return new ConditionHistory(client)
  }

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** How a condition of these clusters changed since then, in order. */
  async changes(type: string, uids: readonly string[], sinceMs: number): Promise<ConditionChange[]> {
    const { rows } = await this.#client.query<{ uid: string; status: string; reason: string; at: Date }>(
      `select uid, status, reason, at from condition_history
       where type = $1 and uid = any($2) and at >= $3 order by at`,
      [type, uids, new Date(sinceMs)],
    )
    return rows.map(({ uid, status, reason, at }) => ({ uid, status, reason, atMs: at.getTime() }))
  }

  async close(): Promise<void> {
    await this.#client.end()
  }
}
