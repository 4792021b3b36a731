import type { Database } from '../store/database.ts'
import type { AgentName } from './agent-name.ts'
import type { LinkToken } from './tokens.ts'

/** The database as the link uses it. */
export type LinkDatabase = Pick<Database, 'withTenant' | 'readsOf' | 'asSystem' | 'systemReads'>

export type SpendResult = 'spent' | 'unknown' | 'expired' | 'used'

/** Who holds new sessions, and since when. */
export interface SessionHolder {
  server: string
  peerAddress: string
  at: Date
}

export interface NewSession {
  clusterUid: string
  tokenHash: Buffer
  certificate: string
}

/** Agents are let in: also of a tenant that is being deleted, until its keys go, for they are told to leave. */
const IS_OPEN = `exists (select from tenants t where t.uid = $1 and t.state <> 'Disabled' and t.shredded_at is null)`
/** Of these tenants, those whose agents are not, or which are gone. */
const CLOSED = `
  select n.uid from unnest($1::text[]) as n (uid) where not exists (
    select from tenants t where t.uid = n.uid and t.state <> 'Disabled' and t.shredded_at is null)`

/** In the order of the clusters: of two servers that open some of the same, one waits for the other. */
const OPEN_SESSIONS = `
  insert into link_sessions
    (tenant, cluster_uid, epoch, token_hash, server, peer_address, certificate, opened_at, heartbeat_at)
  select c.tenant, c.cluster_uid, 1, n.token_hash, $2, $3, c.fingerprint, $4, now()
    from unnest($5::text[], $6::text[], $7::bytea[]) as n (cluster_uid, fingerprint, token_hash)
    join link_certificates c
      on c.tenant = $1 and c.cluster_uid = n.cluster_uid and c.fingerprint = n.fingerprint and c.revoked_at is null
   where ${IS_OPEN}
   order by c.cluster_uid
  on conflict (tenant, cluster_uid) do update set
    epoch = link_sessions.epoch + 1, token_hash = excluded.token_hash, server = excluded.server,
    peer_address = excluded.peer_address, certificate = excluded.certificate,
    opened_at = excluded.opened_at, heartbeat_at = excluded.heartbeat_at, closed_at = null
  returning cluster_uid, epoch`

/** Reads and writes the tables of migration `0003_link`. */
export class LinkRecords {
  readonly #database: LinkDatabase
  constructor(database: LinkDatabase) {
    this.#database = database
  }

  /** A new token replaces those of the cluster that nobody used. */
  async addEnrolment(token: LinkToken, at: Date, expiresAt: Date): Promise<void> {
    await this.#database.withTenant(token.tenant, async (sql) => {
      await sql.query('delete from link_enrolments where tenant = $1 and cluster_uid = $2 and used_at is null', [
        token.tenant,
        token.clusterUid,
      ])
      await sql.query(
        `insert into link_enrolments (tenant, cluster_uid, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
        [token.tenant, token.clusterUid, token.hash, at, expiresAt],
      )
    })
  }

  /** Burns the token for one key, in one statement: of any number of racers with different keys one wins. */
  spendEnrolment(token: LinkToken, keyFingerprint: string, at: Date): Promise<SpendResult> {
    return this.#database.withTenant(token.tenant, async (sql) => {
      const key = [token.tenant, token.clusterUid, token.hash]
      const [spent] = await sql.query(
        `update link_enrolments set used_at = coalesce(used_at, $4), used_by_key = $5
          where tenant = $1 and cluster_uid = $2 and token_hash = $3 and expires_at > $4
            and (used_at is null or used_by_key = $5) and ${IS_OPEN}
          returning cluster_uid`,
        [...key, at, keyFingerprint],
      )
      if (spent) return 'spent'
      const [row] = await sql.query<{ used: boolean }>(
        `select used_at is not null as used from link_enrolments
          where tenant = $1 and cluster_uid = $2 and token_hash = $3`,
        key,
      )
      if (!row) return 'unknown'
      return row.used ? 'used' : 'expired'
    })
  }

  async addCertificate(agent: AgentName, fingerprint: string, at: Date, notAfter: Date): Promise<void> {
    await this.#database.withTenant(agent.tenant, async (sql) => {
      const cluster = [agent.tenant, agent.clusterUid]
      await sql.query('delete from link_certificates where tenant = $1 and cluster_uid = $2 and not_after < $3', [
        ...cluster,
        at,
      ])
      await sql.query(
        `insert into link_certificates (tenant, cluster_uid, fingerprint, issued_at, not_after) values ($1, $2, $3, $4, $5)`,
        [...cluster, fingerprint, at, notAfter],
      )
    })
  }

  /** The session goes on with another certificate: it may outlive the one it was opened with. */
  async moveSession(agent: AgentName, from: string, to: string): Promise<void> {
    await this.#database.withTenant(agent.tenant, (sql) =>
      sql.query(
        'update link_sessions set certificate = $4 where tenant = $1 and cluster_uid = $2 and certificate = $3',
        [agent.tenant, agent.clusterUid, from, to],
      ),
    )
  }

  /** True when we issued the certificate to this agent and nobody revoked it. */
  isCertificateLive(agent: AgentName, fingerprint: string): Promise<boolean> {
    return this.#database.withTenant(agent.tenant, async (sql) => {
      const rows = await sql.query(
        `select fingerprint from link_certificates
          where tenant = $1 and cluster_uid = $2 and fingerprint = $3 and revoked_at is null`,
        [agent.tenant, agent.clusterUid, fingerprint],
      )
      return rows.length === 1
    })
  }

  /**
   * Refuses the agent from now on: certificates, unused tokens and the session's token. Returns the epoch that fences its
   * session, if it had one: that one stays open here, at no server, until the cluster's status says so.
   */
  revoke(agent: AgentName, at: Date): Promise<number | null> {
    return this.#database.withTenant(agent.tenant, async (sql) => {
      const cluster = [agent.tenant, agent.clusterUid]
      await sql.query('delete from link_enrolments where tenant = $1 and cluster_uid = $2 and used_at is null', cluster)
      await sql.query(
        'update link_certificates set revoked_at = $3 where tenant = $1 and cluster_uid = $2 and revoked_at is null',
        [...cluster, at],
      )
      const [row] = await sql.query<{ epoch: number }>(
        `update link_sessions set epoch = epoch + 1, token_hash = '', server = '', closed_at = null
          where tenant = $1 and cluster_uid = $2 returning epoch`,
        cluster,
      )
      return row?.epoch ?? null
    })
  }

  /**
   * Opens a session for each, of one tenant, no two of one cluster; every older one of these clusters is over. Answers the epochs
   * by cluster: one whose certificate is none of ours, or was revoked, is not among them.
   */
  openSessions(
    tenant: string,
    { server, peerAddress, at }: SessionHolder,
    sessions: readonly NewSession[],
  ): Promise<Map<string, number>> {
    return this.#database.withTenant(tenant, async (sql) => {
      const columns = [
        sessions.map(({ clusterUid }) => clusterUid),
        sessions.map(({ certificate }) => certificate),
        sessions.map(({ tokenHash }) => tokenHash),
      ]
      const rows = await sql.query<{ cluster_uid: string; epoch: number }>(OPEN_SESSIONS, [
        ...[tenant, server, peerAddress, at],
        ...columns,
      ])
      return new Map(rows.map((row) => [row.cluster_uid, row.epoch]))
    })
  }

  /** The open session a bearer token belongs to, and the certificate it was opened with. */
  findSession(token: LinkToken): Promise<{ epoch: number; certificate: string } | null> {
    return this.#database.withTenant(token.tenant, async (sql) => {
      const [row] = await sql.query<{ epoch: number; certificate: string }>(
        `select epoch, certificate from link_sessions
          where tenant = $1 and cluster_uid = $2 and token_hash = $3 and closed_at is null and ${IS_OPEN}`,
        [token.tenant, token.clusterUid, token.hash],
      )
      return row ?? null
    })
  }

  /** False when a newer session took over meanwhile. */
  closeSession(agent: AgentName, epoch: number, at: Date): Promise<boolean> {
    return this.#database.withTenant(agent.tenant, async (sql) => {
      const rows = await sql.query(
        `update link_sessions set closed_at = $4
          where tenant = $1 and cluster_uid = $2 and epoch = $3 and closed_at is null returning epoch`,
        [agent.tenant, agent.clusterUid, epoch, at],
      )
      return rows.length === 1
    })
  }

  /** Many heartbeats of one tenant in one statement. By the database's clock: those of servers may differ by minutes. */
  async touchSessions(tenant: string, sessions: { clusterUid: string; epoch: number }[]): Promise<void> {
    await this.#database.withTenant(tenant, (sql) =>
      sql.query(
        `update link_sessions s set heartbeat_at = now()
           from unnest($2::text[], $3::bigint[]) as b (cluster_uid, epoch)
          where s.tenant = $1 and s.cluster_uid = b.cluster_uid and s.epoch = b.epoch`,
        [tenant, sessions.map(({ clusterUid }) => clusterUid), sessions.map(({ epoch }) => epoch)],
      ),
    )
  }

  /** When each of these clusters was last heard of, by uid; those that never were are absent. */
  async lastHeartbeats(tenant: string, clusterUids: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#database.readsOf(tenant).query<{ cluster_uid: string; heartbeat_at: Date }>(
      `select cluster_uid, max(heartbeat_at) as heartbeat_at from link_sessions
        where tenant = $1 and cluster_uid = any($2::text[]) group by cluster_uid`,
      [tenant, clusterUids],
    )
    return new Map(rows.map((row) => [row.cluster_uid, row.heartbeat_at.toISOString()]))
  }

  /** Which of these tenants the operator closed. */
  async closedTenants(tenants: readonly string[]): Promise<string[]> {
    return (await this.#database.systemReads.query<{ uid: string }>(CLOSED, [tenants])).map(({ uid }) => uid)
  }

  /** This server lives; those that were not seen for a day are forgotten. */
  async touchServer(server: string): Promise<void> {
    await this.#database.asSystem(async (sql) => {
      await sql.query(
        `insert into link_servers (server, seen_at) values ($1, now())
         on conflict (server) do update set seen_at = excluded.seen_at`,
        [server],
      )
      await sql.query(`delete from link_servers where seen_at < now() - interval '1 day'`)
    })
  }

  /**
   * Sessions of all tenants that are open on paper, but whose server was not seen for `deadMs`, or which it has not
   * touched for `silentMs`.
   */
  silentSessions(
    { deadMs, silentMs }: { deadMs: number; silentMs: number },
    limit: number,
  ): Promise<(AgentName & { epoch: number; heartbeatAt: Date })[]> {
    return this.#database.asSystem(async (sql) => {
      const rows = await sql.query<{ tenant: string; cluster_uid: string; epoch: number; heartbeat_at: Date }>(
        `select s.tenant, s.cluster_uid, s.epoch, s.heartbeat_at from link_sessions s
          where s.closed_at is null and s.heartbeat_at < now() - $1 * interval '1 millisecond'
            and (s.heartbeat_at < now() - $2 * interval '1 millisecond'
              or not exists (select from link_servers l where l.server = s.server
                and l.seen_at >= now() - $1 * interval '1 millisecond'))
          order by s.heartbeat_at limit $3`,
        [deadMs, silentMs, limit],
      )
      return rows.map((row) => ({
        tenant: row.tenant,
        clusterUid: row.cluster_uid,
        epoch: row.epoch,
        heartbeatAt: row.heartbeat_at,
      }))
    })
  }
}
