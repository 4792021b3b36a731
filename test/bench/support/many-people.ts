import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { withClient } from '@atrium/dev-env/sql-client.ts'
import { newUid, systemRandom } from '@atrium/runtime/base/random.ts'

/** Users of a tenant, as their rows stand when an administrator made them; returns their uids. */
export const addManyUsers = async (databaseUrl: string, tenant: string, count: number): Promise<string[]> => {
  const uids = Array.from({ length: count }, () => newUid(systemRandom))
  const emails = uids.map((_, index) => `user-${index}@acme.test`)
  await withClient(databaseUrl, (client) =>
    client.query(
      `insert into users (tenant, uid, email, first_name, last_name, created_at, modified_at)
       select $1, u.uid, u.email, 'User', u.email, now(), now() from unnest($2::text[], $3::text[]) as u (uid, email)`,
      [tenant, uids, emails],
    ),
  )
  return uids
}

/** Gives `count` more roles in projects to users, each to the next of them. */
export const addManyGrants = async (
  databaseUrl: string,
  tenant: string,
  { users, projects, count }: { users: readonly string[]; projects: readonly string[]; count: number },
): Promise<void> => {
  const roles = ['Project Viewer', 'Project Editor', 'Project Admin'].map((name) => builtInRoleNamed(name).uid)
  await withClient(databaseUrl, async (client) => {
    const { rowCount } = await client.query(
      `insert into role_bindings (tenant, user_uid, project, role_uid)
       select $1, u.uid, p.uid, r.uid from unnest($2::text[]) with ordinality as u (uid, at),
         unnest($3::text[]) with ordinality as p (uid, at), unnest($4::text[]) with ordinality as r (uid, at)
       where not exists (
         select from role_bindings b where b.tenant = $1 and b.user_uid = u.uid and b.project = p.uid and b.role_uid = r.uid)
       order by (u.at + p.at) % 7, r.at, p.at, u.at limit $5`,
      [tenant, users, projects, roles, count],
    )
    if (rowCount !== count) throw new Error(`${rowCount} grants instead of ${count}`)
  })
}
