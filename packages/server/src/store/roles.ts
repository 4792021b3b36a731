import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Client } from 'pg'
import { codeOf } from './pg-errors.ts'

const ROLES = ['atrium_app', 'atrium_system'] as const
// A role without a password can log in only where the server trusts the connection, as the embedded one's socket.
const ATTRIBUTES = 'login nosuperuser nobypassrls nocreatedb nocreaterole noinherit noreplication'

/** Makes the two roles of the server unless they exist; they belong to the whole database server, not to one database. */
export const ensureRoles = async (client: Client): Promise<void> => {
  for (const role of ROLES) await ensureRole(client, role)
}

const ensureRole = async (client: Client, role: string): Promise<void> => {
  const { rows } = await client.query('select rolsuper or rolbypassrls as unsafe from pg_roles where rolname = $1', [
    role,
  ])
  if (rows[0]?.unsafe === true)
    throw new AtriumError(
      'InvalidState',
      `role ${role} must be neither superuser nor BYPASSRLS: row-level security would not bind it`,
    )
  try {
    if (rows.length === 0) await client.query(`create role ${role} ${ATTRIBUTES}`)
    await joinRole(client, role)
  } catch (error) {
    // Two servers may start at once.
    if (['42710', '23505'].includes(codeOf(error))) return joinRole(client, role)
    if (codeOf(error) === '42501')
      throw new AtriumError(
        'InvalidState',
        `the database user may not make role ${role}. Let an administrator run: create role ${role} ${ATTRIBUTES}; grant ${role} to current_user`,
        { cause: error },
      )
    throw error
  }
}

/** The owner takes the roles on where they have no URL of their own. */
const joinRole = async (client: Client, role: string): Promise<void> => {
  // Since PostgreSQL 16 who makes a role is its member without being allowed to become it.
  const { rows } = await client.query(
    `select rolsuper or pg_has_role(oid, $1,
       case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) as member
     from pg_roles where rolname = current_user`,
    [role],
  )
  if (rows[0]?.member !== true) await client.query(`grant ${role} to current_user`)
}
