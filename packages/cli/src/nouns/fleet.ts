import { Option } from 'commander'
import { tellRevisions } from '../clusters/revisions.ts'
import { checkVerb } from '../profiles/check.ts'
import { packValueVerbs } from '../profiles/pack-values.ts'
import { registry } from '../resources/content.ts'
import { account, cluster, profile, project } from '../resources/fleet.ts'
import { findItem } from '../resources/kinds.ts'
import type { Noun, Verb } from './noun.ts'
import { needed } from './options.ts'
import { readCredentials } from './read-file.ts'
import { registryVerbs } from './registry-verbs.ts'

const revision = new Option('--revision <number>', 'show this revision, with each field that it changed')

const history = (of: 'clusters' | 'profiles', resource: Noun['resource']): Verb => ({
  name: 'history',
  description: `who changed a ${resource.kind}, when, why and what`,
  arguments: [[`<${resource.kind}>`, 'name or uid']],
  options: [revision],
  isReading: true,
  async run({ client }, { args: [name = ''], optional }) {
    const { uid } = await findItem(client, resource, name)
    return tellRevisions(client, of, uid, optional('revision'))
  },
})

/** Its rollback and deletion follow the cluster for as long as they take: they are commands of their own. */
export const clusterNoun: Noun = {
  name: 'cluster',
  description: 'clusters of the project',
  resource: cluster,
  verbs: [history('clusters', cluster)],
}

const profileNoun: Noun = {
  name: 'profile',
  description: 'cluster profiles; `apply -f` makes and changes them',
  resource: profile,
  verbs: [
    history('profiles', profile),
    checkVerb,
    {
      name: 'publish',
      description: 'let clusters use a draft',
      arguments: [['<profile>', 'name@version or uid']],
      async run({ client }, { args: [name = ''] }) {
        const { uid } = await findItem(client, profile, name)
        await client.call('PATCH /v1/clusterprofiles/{uid}/publish', { params: { uid } })
        return `profile/${name} published`
      },
    },
    {
      name: 'accept',
      description: 'take the content that registries have now under versions whose tags were moved',
      arguments: [['<profile>', 'name@version or uid']],
      async run({ client }, { args: [name = ''] }) {
        const { uid } = await findItem(client, profile, name)
        const { layers } = await client.call('POST /atrium/v1/profiles/{uid}/content', { params: { uid } })
        return layers.length === 0 ? `profile/${name} is current` : `profile/${name}: accepted ${layers.join(', ')}`
      },
    },
    {
      name: 'clone',
      description: 'make a draft with the same layers, of another name or version',
      arguments: [
        ['<profile>', 'name@version or uid'],
        ['<name@version>', 'of the draft'],
      ],
      async run({ client }, { args: [from = '', to = ''] }) {
        const [name = '', version] = to.split('@')
        if (version === undefined) throw new Error(`'${to}' has no version. Write it like ${name}@1.0.0`)
        const { uid } = await findItem(client, profile, from)
        const body = { metadata: { name, version } }
        await client.call('POST /v1/clusterprofiles/{uid}/clone', { params: { uid }, body })
        return `profile/${to} created`
      },
    },
    ...packValueVerbs,
  ],
}

const projectNoun: Noun = {
  name: 'project',
  description: 'projects of the tenant',
  resource: project,
  verbs: [
    {
      name: 'create',
      description: 'make a project',
      arguments: [['<name>', 'of the project']],
      options: [new Option('--description <text>', 'what it is for')],
      async run({ client }, { args: [name = ''], optional }) {
        const description = optional('description')
        const annotations = { ...(description !== undefined && { description }) }
        await client.call('POST /v1/projects', { body: { metadata: { name, labels: {}, annotations } } })
        return `project/${name} created`
      },
    },
  ],
}

const accountNoun: Noun = {
  name: 'account',
  description: 'cloud accounts of the project',
  resource: account,
  verbs: [
    {
      name: 'create',
      description: 'keep the credentials of a cloud; never as arguments, which others on the machine can read',
      arguments: [['<name>', 'of the account']],
      options: [
        needed('--cloud <type>', 'e.g. local'),
        new Option('--credentials <file>', "YAML of 'name: text' lines, or - for standard input"),
      ],
      async run({ client }, { args: [name = ''], text: given, optional }) {
        const credentials = await readCredentials(optional('credentials'))
        const body = { metadata: { name, labels: {}, annotations: {} }, spec: { credentials } }
        const params = { cloudType: given('cloud') }
        await client.call('POST /v1/cloudaccounts/cloudTypes/{cloudType}', { params, body })
        return `account/${name} created`
      },
    },
  ],
}

export const registryNoun: Noun = {
  name: 'registry',
  description: 'registries that packs come from',
  resource: registry,
  verbs: registryVerbs,
  isShared: true,
}

export const fleetNouns: readonly Noun[] = [profileNoun, projectNoun, accountNoun]
