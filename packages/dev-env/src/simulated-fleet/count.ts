import { withClient } from '../sql-client.ts'

/** How clusters stand, by `<state>-<health>`, as the store has it: the API would be asked for every page of them. */
export const countClusters = (databaseUrl: string): Promise<Map<string, number>> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ shown: string; count: number }>(
      `select case when deleted_at is null then coalesce(status->>'state', 'Pending') else 'Deleting' end || '-' ||
              coalesce(status->'health'->>'state', 'Unknown') as shown, count(*)::int as count
       from objects join object_status using (tenant, uid) where kind = 'Cluster' group by 1`,
    )
    return new Map(rows.map(({ shown, count }) => [shown, count]))
  })
