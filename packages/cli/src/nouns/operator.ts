import type { AtriumLink } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { isoIn, systemClock } from '@atrium/runtime/base/clock.ts'
import { Option } from 'commander'
import { durationMs } from '../output/duration.ts'
import { formatTable } from '../output/table.ts'
import { tableOptions } from '../output/terminal.ts'
import { findItem } from '../resources/kinds.ts'
import { keysOf, operator } from '../resources/operators.ts'
import type { Noun, Verb } from './noun.ts'
import { mailVerbs } from './operator-mail.ts'
import { needed } from './options.ts'

const operators = '/atrium/v1/system/operators'
const email = ['<email>', 'of the operator'] as const
const roles = ['RootAdmin', 'AccountAdmin', 'OperationAdmin'] as const
const roleOf = (given: string): (typeof roles)[number] => {
  const found = roles.find((one) => one === given)
  if (found === undefined) throw new Error(`'${given}' is no role of operators. There are: ${roles.join(', ')}.`)
  return found
}
const own = new Option('--of <email>', 'keys of another operator; without it your own')

function tellLink({ url, expiresAt }: AtriumLink): string {
  process.stderr.write(`They set their password by this link. It works once, until ${expiresAt}:\n`)
  return url
}

/** The one that is named, or who asks. */
const uidOf = async (client: Client, wanted: string | undefined): Promise<string> =>
  wanted === undefined
    ? (await client.call('GET /atrium/v1/system/me')).uid
    : (await findItem(client, operator, wanted)).uid

function changeVerb(name: string, description: string, body: { isActive: boolean }): Verb {
  return {
    name,
    description,
    arguments: [email],
    async run({ client }, { args: [wanted = ''] }) {
      const { uid } = await findItem(client, operator, wanted)
      await client.call(`PATCH ${operators}/{uid}`, { params: { uid }, body })
      return `operator/${wanted} ${name}d`
    },
  }
}

const peopleVerbs: Verb[] = [
  {
    name: 'add',
    description: 'make an operator, and write the link by which they set a password to standard output',
    arguments: [email],
    options: [
      needed('--role <role>', 'what they may do').choices(roles),
      new Option('--first-name <name>', 'of the operator').default(''),
      new Option('--last-name <name>', 'of the operator').default(''),
    ],
    async run({ client }, { args: [address = ''], text }) {
      const names = { firstName: text('firstName'), lastName: text('lastName') }
      const body = { email: address, role: roleOf(text('role')), ...names }
      return tellLink((await client.call(`POST ${operators}`, { body })).activation)
    },
  },
  {
    name: 'password-link',
    description: 'a new link to set a password by; the former one is void',
    arguments: [email],
    async run({ client }, { args: [wanted = ''] }) {
      const params = { uid: (await findItem(client, operator, wanted)).uid }
      return tellLink(await client.call(`POST ${operators}/{uid}/activate`, { params }))
    },
  },
  {
    name: 'role',
    description: 'give an operator another role',
    arguments: [email, ['<role>', roles.join(', ')]],
    async run({ client }, { args: [wanted = '', given = ''] }) {
      const role = roleOf(given)
      const { uid } = await findItem(client, operator, wanted)
      await client.call(`PATCH ${operators}/{uid}`, { params: { uid }, body: { role } })
      return `operator/${wanted} changed`
    },
  },
  changeVerb('enable', 'let an operator sign in again', { isActive: true }),
  changeVerb('disable', 'sign an operator out, and void their link and keys', { isActive: false }),
]

const keyVerbs: Verb[] = [
  {
    name: 'keys',
    description: 'keys that programs act by for an operator',
    options: [own],
    isReading: true,
    async run({ client }, { optional }) {
      const items = await keysOf(await uidOf(client, optional('of'))).list(client)
      const rows = items.map((one) => [one.name, ...one.cells(0), one.uid])
      return rows.length === 0 ? 'There are no keys.' : formatTable(['NAME', 'EXPIRES', 'UID'], rows, tableOptions())
    },
  },
  {
    name: 'issue-key',
    description: 'make a key of your own and write it to standard output: it is never shown again',
    arguments: [['<name>', 'what it is for']],
    options: [new Option('--expires <duration>', 'a year at most').default('90d')],
    async run({ client }, { args: [name = ''], text }) {
      const uid = await uidOf(client, undefined)
      const expiresAt = isoIn(systemClock, durationMs(text('expires')))
      const { secret } = await client.call(`POST ${operators}/{uid}/keys`, {
        params: { uid },
        body: { name, expiresAt },
      })
      process.stderr.write('Keep this key: it is never shown again.\n')
      return secret
    },
  },
  {
    name: 'revoke-key',
    description: 'let a key open nothing any more',
    arguments: [['<key>', 'name or uid']],
    options: [own],
    async run({ client }, { args: [wanted = ''], optional }) {
      const uid = await uidOf(client, optional('of'))
      const { uid: keyUid } = await findItem(client, keysOf(uid), wanted)
      await client.call(`DELETE ${operators}/{uid}/keys/{keyUid}`, { params: { uid, keyUid } })
      return `key/${wanted} revoked`
    },
  },
]

const auditVerb: Verb = {
  name: 'audit',
  description: 'what operators did, and what became of tenants, newest first',
  options: [new Option('--limit <number>', 'how many at most').default('50')],
  isReading: true,
  async run({ client }, { text }) {
    const query = { limit: Number(text('limit')) }
    const { items } = await client.call('GET /atrium/v1/system/audit', { query })
    const rows = items.map(({ at, actor, kind, name, message }) => [at, actor.name, `${kind} ${name}`, message])
    return formatTable(['AT', 'WHO', 'WHAT', 'DID'], rows, tableOptions())
  },
}

export const operatorNoun: Noun = {
  name: 'operator',
  description: 'who runs the installation, and their keys, for its operators',
  resource: operator,
  isOperators: true,
  verbs: [...peopleVerbs, ...keyVerbs, ...mailVerbs, auditVerb],
}
