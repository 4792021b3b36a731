import { Option } from 'commander'
import { registry } from '../resources/content.ts'
import { findItem } from '../resources/kinds.ts'
import type { Given, Verb } from './noun.ts'
import { needed, several } from './options.ts'
import { readCredentials, readText } from './read-file.ts'
import { readSync, tellSync, untilSynced } from './registry-sync.ts'

const name = ['<registry>', 'name or uid'] as const

/** What one can do with registries, besides listing, showing and deleting them. */
export const registryVerbs: readonly Verb[] = [
  {
    name: 'add',
    description:
      'add a registry; it is tried before it is saved. Credentials never as arguments, which others on the machine can read',
    arguments: [['<name>', 'of the registry']],
    options: [
      needed('--type <type>', 'oci, ecr, helm or pack').choices(['oci', 'ecr', 'helm', 'pack']),
      needed(
        '--endpoint <address>',
        'https://host/path; of type pack also git+https://host/packs.git#branch:folder, with --system file:///folder',
      ),
      new Option('--provider <content>', 'what an OCI registry holds').choices(['pack', 'helm']).default('pack'),
      new Option('--base-path <path>', 'path before the packs or charts of an OCI registry'),
      new Option(
        '--role <arn>',
        "of AWS, instead of an access key: the platform takes it on with the tenant's uid as external id",
      ),
      new Option('--external-id <id>', 'that the role asks for: the uid of the tenant'),
      new Option('--region <region>', 'of AWS, where the address does not name it'),
      new Option(
        '--credentials <file>',
        "YAML with 'username' and 'password', or 'token', or 'accessKey' and 'secretKey'; - for standard input",
      ),
      new Option('--ca <file>', 'PEM file of the authority that signed its certificate'),
      new Option(
        '--on-demand',
        'do not read all of it: a chart or pack is read when a layer names it (types oci, ecr, helm)',
      ),
    ],
    async run({ client }, given) {
      const [called = ''] = given.args
      const { route, spec } = await readRegistry(given)
      await client.call(route, { body: { metadata: { name: called, labels: {}, annotations: {} }, spec } as never })
      return `registry/${called} created`
    },
  },
  {
    name: 'sync',
    description: 'read a registry anew; `problems` tells how it went',
    arguments: [name],
    options: [
      new Option('--force', 'also look again at what could not be used'),
      new Option('--wait', 'until it was read, and tell how that went'),
    ],
    async run(server, { args: [wanted = ''], isGiven }) {
      const { client } = server
      const { uid } = await findItem(client, registry, wanted)
      const { lastRunAt } = await readSync(server, uid)
      const query = isGiven('force') ? { forceSync: true } : {}
      await client.call('POST /v1/registries/pack/{uid}/sync', { params: { uid }, query })
      return isGiven('wait') ? untilSynced(server, uid, lastRunAt) : `registry/${wanted} is read anew`
    },
  },
  {
    name: 'problems',
    description: 'how the last sync went, and each pack that cannot be used',
    arguments: [name],
    isReading: true,
    async run(server, { args: [wanted = ''] }) {
      const { uid } = await findItem(server.client, registry, wanted)
      return tellSync(await readSync(server, uid))
    },
  },
  {
    name: 'set',
    description: 'how often a registry is read, what is read of it, and whose signature its packs must have',
    arguments: [name],
    options: [
      new Option('--every <minutes>', 'between two reads; 0 = as often as the installation says'),
      several(
        '--repository <name>',
        'a pack, or the path of a chart, to read from an OCI registry that does not list what it holds',
      ),
      new Option('--all-repositories', 'read what the registry lists, as at first'),
      new Option('--signature-key <file>', "PEM file of a cosign public key; 'none' = packs need no signature"),
    ],
    async run({ client }, { args: [wanted = ''], optional, texts, isGiven }) {
      const { uid } = await findItem(client, registry, wanted)
      const [minutes, file] = [optional('every'), optional('signatureKey')]
      const repositories = [...texts('repository')]
      const body = {
        ...(minutes !== undefined && { everyMinutes: Number(minutes) || null }),
        ...((repositories.length > 0 || isGiven('allRepositories')) && { repositories }),
        ...(file !== undefined && { signatureKey: file === 'none' ? '' : await readText(file, '--signature-key') }),
      }
      await client.call('PATCH /atrium/v1/registries/{uid}/settings', { params: { uid }, body })
      return `registry/${wanted} changed`
    },
  },
  {
    name: 'hook',
    description: 'make a new push hook: the address and token with which a registry says that something was pushed',
    arguments: [name],
    async run({ client }, { args: [wanted = ''] }) {
      const { uid } = await findItem(client, registry, wanted)
      const { path, token } = await client.call('POST /atrium/v1/registries/{uid}/hook', { params: { uid } })
      return `POST ${path}\nAuthorization: Bearer ${token}`
    },
  },
]

type CreateRoute =
  | 'POST /v1/registries/oci/basic'
  | 'POST /v1/registries/oci/ecr'
  | 'POST /v1/registries/helm'
  | 'POST /v1/registries/pack'

/** The request that makes the registry. */
async function readRegistry({ text, optional, isGiven }: Given): Promise<{ route: CreateRoute; spec: object }> {
  const { username, password, token, accessKey, secretKey } = await readCredentials(optional('credentials'))
  const ca = optional('ca')
  const certificate = ca === undefined ? '' : await readText(ca, '--ca')
  const tls = { enabled: true, certificate }
  const endpoint = text('endpoint')
  const kind = token ? ({ type: 'token', token } as const) : ({ type: 'basic', username, password } as const)
  const auth = { ...(token || username ? kind : { type: 'noAuth' }), tls }
  const baseContentPath = optional('basePath') ?? ''
  const isOnDemand = isGiven('onDemand')
  const oci = { endpoint, providerType: text('provider'), isSyncSupported: !isOnDemand, baseContentPath }
  const isPrivate = auth.type !== 'noAuth'
  switch (text('type')) {
    case 'ecr': {
      const [arn, externalId, region] = [optional('role'), optional('externalId'), optional('region')]
      const credentials = arn
        ? { credentialType: 'sts', sts: { arn, externalId } }
        : { credentialType: 'secret', accessKey, secretKey }
      const spec = {
        ...oci,
        isPrivate: Boolean(accessKey ?? arn),
        credentials,
        tls,
        ...(region && { defaultRegion: region }),
      }
      return { route: 'POST /v1/registries/oci/ecr', spec }
    }
    case 'helm':
      return {
        route: 'POST /v1/registries/helm',
        spec: { endpoint, isPrivate, auth, ...(isOnDemand && { createOption: { skipSync: true } }) },
      }
    case 'pack':
      if (isOnDemand) throw new Error('--on-demand: a registry of type pack is always read. Use oci, ecr or helm.')
      return { route: 'POST /v1/registries/pack', spec: { endpoint, private: isPrivate, auth } }
    default:
      return { route: 'POST /v1/registries/oci/basic', spec: { ...oci, auth } }
  }
}
