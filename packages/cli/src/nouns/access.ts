import type { Client } from '@atrium/client/client.ts'
import { isoIn, systemClock } from '@atrium/runtime/base/clock.ts'
import { Option } from 'commander'
import { roleUids } from '../documents/kinds/held-roles.ts'
import { userUids } from '../documents/kinds/team.ts'
import { durationMs } from '../output/duration.ts'
import { formatTable } from '../output/table.ts'
import { tableOptions } from '../output/terminal.ts'
import { findProject } from '../platform/projects.ts'
import { readSecrets } from '../platform/prompt.ts'
import { findItem } from '../resources/kinds.ts'
import { apiKey, role, team, user } from '../resources/tenancy.ts'
import type { Given, Noun, Verb } from './noun.ts'
import { needed, several } from './options.ts'

const inProject = new Option('--in <project>', 'in this project alone; without it in the whole tenant')

const userNoun: Noun = {
  name: 'user',
  description: 'people of the tenant, known by the address of their mail',
  resource: user,
  verbs: [
    {
      name: 'create',
      description: 'make a user; `user password` lets them sign in',
      arguments: [['<email>', 'of the user']],
      options: [
        new Option('--first-name <name>', 'of the user').default(''),
        new Option('--last-name <name>', 'of the user').default(''),
        several('--role <role>', 'held in the whole tenant'),
      ],
      async run({ client }, { args: [emailId = ''], text, texts }) {
        const roles = await roleUids({ client }, texts('role'), '--role')
        const spec = { emailId, firstName: text('firstName'), lastName: text('lastName'), roles }
        await client.call('POST /v1/users', { body: { metadata: {}, spec } })
        return `user/${emailId} created`
      },
    },
    {
      name: 'password',
      description:
        'set a password, one’s own with the present one; asked for, or read from standard input, a line each',
      arguments: [['<email>', 'of the user']],
      async run({ client }, { args: [email = ''] }) {
        const { uid } = await findItem(client, user, email)
        if ((await client.call('GET /v1/users/info')).userUid === uid) {
          const [currentPassword = '', newPassword = ''] = await readSecrets('Present password: ', 'New password: ')
          const body = { currentPassword, newPassword }
          await client.call('PATCH /v1/users/{uid}/password/change', { params: { uid }, body })
        } else {
          const [password = ''] = await readSecrets('New password: ')
          await client.call('PUT /atrium/v1/users/{uid}/password', { params: { uid }, body: { password } })
        }
        return `user/${email} has a new password`
      },
    },
    {
      name: 'password-link',
      description: 'make a link by which a user sets their password once, within a day; hand it to nobody else',
      arguments: [['<email>', 'of the user']],
      async run({ client }, { args: [email = ''] }) {
        const params = { uid: (await findItem(client, user, email)).uid }
        const { url, expiresAt } = await client.call('POST /atrium/v1/users/{uid}/passwordLink', { params })
        process.stderr.write(`They open it in a browser. It works once, until ${expiresAt}.\n`)
        return url
      },
    },
    helpVerb(
      'mail-link',
      'send a user a link by mail, by which they set their password once, within a day',
      'PATCH /v1/users/{uid}/password/reset',
    ),
    helpVerb('reset-mfa', 'take every second factor from a user who lost theirs', 'DELETE /atrium/v1/users/{uid}/mfa'),
    helpVerb('sign-out', 'end every session of a user', 'DELETE /atrium/v1/users/{uid}/sessions'),
    rolesVerb('grant', 'give a user a role', (held, uid) => [...new Set([...held, uid])]),
    rolesVerb('revoke', 'take a role from a user', (held, uid) => held.filter((one) => one !== uid)),
  ],
}

function helpVerb(
  name: string,
  description: string,
  route:
    | 'DELETE /atrium/v1/users/{uid}/mfa'
    | 'DELETE /atrium/v1/users/{uid}/sessions'
    | 'PATCH /v1/users/{uid}/password/reset',
): Verb {
  return {
    name,
    description,
    arguments: [['<email>', 'of the user']],
    async run({ client }, { args: [email = ''] }) {
      await client.call(route, { params: { uid: (await findItem(client, user, email)).uid } })
      return `user/${email} changed`
    },
  }
}

function rolesVerb(name: string, description: string, change: (held: string[], uid: string) => string[]): Verb {
  return {
    name,
    description,
    arguments: [
      ['<email>', 'of the user'],
      ['<role>', 'name'],
    ],
    options: [inProject],
    async run({ client }, { args: [email = '', roleName = ''], optional }) {
      const params = { uid: (await findItem(client, user, email)).uid }
      const [uid = ''] = await roleUids({ client }, [roleName], 'role')
      const project = optional('in')
      if (project === undefined) {
        const { roles } = await client.call('GET /v1/users/{uid}/roles', { params })
        await client.call('PUT /v1/users/{uid}/roles', { params, body: { roles: change(uidsOf(roles), uid) } })
      } else {
        const { uid: projectUid } = await findProject(client, project)
        const { projects } = await client.call('GET /v1/users/{uid}/projects', { params })
        const held = uidsOf(projects?.find((one) => one.uid === projectUid)?.roles)
        const body = { projects: [{ projectUid, roles: change(held, uid) }] }
        await client.call('PUT /v1/users/{uid}/projects', { params, body })
      }
      return `user/${email} changed`
    },
  }
}

const uidsOf = (roles: { uid?: string | undefined }[] | null | undefined): string[] =>
  (roles ?? []).flatMap(({ uid }) => uid ?? [])

const teamNoun: Noun = {
  name: 'team',
  description: 'users who hold roles together',
  resource: team,
  verbs: [
    {
      name: 'create',
      description: 'make a team',
      arguments: [['<name>', 'of the team']],
      options: [several('--member <email>', 'a user'), several('--role <role>', 'held in the whole tenant')],
      async run({ client }, { args: [name = ''], texts }) {
        const users = await userUids({ client }, texts('member'), '--member')
        const roles = await roleUids({ client }, texts('role'), '--role')
        const metadata = { name, labels: {}, annotations: {} }
        await client.call('POST /v1/teams', { body: { metadata, spec: { users, roles } } })
        return `team/${name} created`
      },
    },
    membersVerb('join', 'put a user into a team', (users, uid) => [...new Set([...users, uid])]),
    membersVerb('leave', 'take a user out of a team', (users, uid) => users.filter((one) => one !== uid)),
  ],
}

function membersVerb(name: string, description: string, change: (users: string[], uid: string) => string[]): Verb {
  return {
    name,
    description,
    arguments: [
      ['<team>', 'name or uid'],
      ['<email>', 'of the user'],
    ],
    async run({ client }, { args: [wanted = '', email = ''] }) {
      const params = { uid: (await findItem(client, team, wanted)).uid }
      const [uid = ''] = await userUids({ client }, [email], 'email')
      const { metadata, spec } = await client.call('GET /v1/teams/{uid}', { params })
      const body = { metadata: metadata ?? {}, spec: { users: change(spec?.users ?? [], uid) } }
      await client.call('PUT /v1/teams/{uid}', { params, body })
      return `team/${wanted} changed`
    },
  }
}

const scopes = ['tenant', 'project', 'resource'] as const

const roleNoun: Noun = {
  name: 'role',
  description: 'what users may do: built-in roles, and those of the tenant',
  resource: role,
  verbs: [
    {
      name: 'create',
      description: 'make a role',
      arguments: [['<name>', 'of the role']],
      options: [
        needed('--scope <scope>', 'where it is held').choices(scopes),
        several('--permission <permission>', 'see: role permissions').makeOptionMandatory(),
      ],
      async run({ client }, { args: [name = ''], text, texts }) {
        const scope = scopes.find((one) => one === text('scope')) ?? 'tenant'
        const body = {
          metadata: { name, labels: {}, annotations: {} },
          spec: { scope, permissions: [...texts('permission')] },
        }
        await client.call('POST /v1/roles', { body })
        return `role/${name} created`
      },
    },
    {
      name: 'clone',
      description: 'make a role that may do the same as another',
      arguments: [
        ['<role>', 'name or uid; built-in ones too'],
        ['<name>', 'of the new role'],
      ],
      async run({ client }, { args: [from = '', name = ''] }) {
        const { uid } = await findItem(client, role, from)
        await client.call('POST /v1/roles/{uid}/clone', { params: { uid }, body: { metadata: { name } } })
        return `role/${name} created`
      },
    },
    {
      name: 'permissions',
      description: 'everything that a role can allow',
      options: [new Option('--scope <scope>', 'of roles of this scope').choices(scopes)],
      isReading: true,
      async run({ client }, { optional }) {
        const scope = scopes.find((one) => one === optional('scope'))
        const groups = await client.call('GET /v1/permissions', { query: scope === undefined ? {} : { scope } })
        const rows = (groups ?? []).flatMap(({ name = '', scope: of = '', permissions }) =>
          (permissions ?? []).map((permission) => [permission, of, name]),
        )
        return formatTable(['PERMISSION', 'SCOPE', 'ABOUT'], rows, tableOptions())
      },
    },
  ],
}

const apiKeyNoun: Noun = {
  name: 'apikey',
  description: 'keys that programs sign in with',
  resource: apiKey,
  verbs: [
    {
      name: 'create',
      description: 'make a key and write it to standard output: it is never shown again',
      arguments: [['<name>', 'what it is for']],
      options: [
        new Option('--user <email>', 'whose key; without it your own'),
        new Option('--expires <duration>', 'e.g. 90d; without it never'),
      ],
      async run({ client }, given) {
        const made = await client.call('POST /v1/apiKeys', { body: await keyBody(client, given) })
        process.stderr.write('Keep this key: it is never shown again.\n')
        return made.apiKey ?? ''
      },
    },
    stateVerb('enable', 'let a key sign in again', true),
    stateVerb('disable', 'let a key sign in no longer, and keep it', false),
  ],
}

async function keyBody(client: Client, { args: [name = ''], optional }: Given) {
  const [owner, expires] = [optional('user'), optional('expires')]
  const userUid = owner === undefined ? undefined : (await findItem(client, user, owner)).uid
  const expiry = expires === undefined ? undefined : isoIn(systemClock, durationMs(expires))
  return {
    metadata: { name, labels: {}, annotations: {} },
    spec: { ...(userUid !== undefined && { userUid }), ...(expiry !== undefined && { expiry }) },
  }
}

function stateVerb(name: string, description: string, isActive: boolean): Verb {
  return {
    name,
    description,
    arguments: [['<apikey>', 'name or uid']],
    async run({ client }, { args: [wanted = ''] }) {
      const { uid } = await findItem(client, apiKey, wanted)
      await client.call('PUT /v1/apiKeys/{uid}/state', { params: { uid }, body: { isActive } })
      return `apikey/${wanted} ${name}d`
    },
  }
}

export const accessNouns: readonly Noun[] = [userNoun, teamNoun, roleNoun, apiKeyNoun]
