import { withClient } from '../sql-client.ts'

/** Since when each cluster runs, in milliseconds since the epoch by the server's clock, by uid; those that never did are absent. */
export const runningSince = (databaseUrl: string): Promise<Map<string, number>> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ uid: string; since: string }>(
      `select uid, status->>'runningSince' as since from objects join object_status using (tenant, uid)
        where kind = 'Cluster' and status->>'runningSince' is not null`,
    )
    return new Map(rows.map(({ uid, since }) => [uid, Date.parse(since)]))
  })
