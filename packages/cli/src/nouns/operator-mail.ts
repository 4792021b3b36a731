import { Option } from 'commander'
import { formatTable } from '../output/table.ts'
import { tableOptions } from '../output/terminal.ts'
import { readSecrets } from '../platform/prompt.ts'
import type { Verb } from './noun.ts'
import { needed } from './options.ts'
import { readText } from './read-file.ts'

/** Mail of the installation: the server it goes through, and what became of it. */
export const mailVerbs: Verb[] = [
  {
    name: 'set-mail-server',
    description: 'the server that mail goes through; it is tried first, and its password asked for',
    arguments: [['<host>', 'its name; smtps:// before it where TLS comes first on another port than 465']],
    options: [
      needed('--from <email>', 'who mail is from'),
      new Option('--port <number>', 'where it listens').default('587'),
      new Option('--user <name>', 'who signs in there; without it nobody does').default(''),
      new Option('--password-file <file>', 'of that user, instead of being asked; - is standard input'),
      new Option('--insecure', 'whatever certificate it shows'),
    ],
    async run({ client }, { args: [smtpServer = ''], text, optional, isGiven }) {
      const [userName, file] = [text('user'), optional('passwordFile')]
      const body = {
        smtpServer,
        smtpPort: Number(text('port')),
        fromEmailId: text('from'),
        userName,
        password: userName === '' ? '' : await passwordOf(file),
        insecureSkipVerifyTls: isGiven('insecure'),
      }
      await client.call('PUT /v1/system/config/smtp/validate', { body })
      await client.call('PUT /v1/system/config/smtp', { body })
      return `Mail goes through ${smtpServer}.`
    },
  },
  {
    name: 'unset-mail-server',
    description: 'send no mail any more',
    async run({ client }) {
      await client.call('PUT /v1/system/config/smtp', { body: {} })
      return 'No mail is sent any more.'
    },
  },
  {
    name: 'mails',
    description: 'mail that waits to be sent, and that was given up in the last week, and why',
    options: [new Option('--limit <number>', 'how many at most').default('50')],
    isReading: true,
    async run({ client }, { text }) {
      const query = { limit: Number(text('limit')) }
      const { isSet, waiting, failed, items } = await client.call('GET /atrium/v1/system/mails', { query })
      const sum = `${waiting} waiting, ${failed} given up.${isSet ? '' : ' There is no mail server.'}`
      if (items.length === 0) return sum
      const rows = items.map(({ createdAt, recipient, tenant, state, attempts, problem }) => [
        ...[createdAt, recipient, tenant, state],
        ...[String(attempts), problem ?? ''],
      ])
      return `${formatTable(['SINCE', 'TO', 'TENANT', 'STATE', 'TRIES', 'WHY'], rows, tableOptions())}\n${sum}`
    },
  },
]

const passwordOf = async (file: string | undefined): Promise<string> => {
  if (file !== undefined) return (await readText(file, '--password-file')).trimEnd()
  const [password = ''] = await readSecrets('Password: ')
  return password
}
