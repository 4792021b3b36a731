import { seedCatalogue, shippedPackUid } from '@atrium/dev-env/catalogue.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { type Answer, type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
let call: Caller
let uid: string
let tenant: string

// Odd spacing, a word that YAML 1.1 takes for a boolean, and letters beyond ASCII.
const values =
  '# spectrocloud.com/enabled-presets: Access:internal\ncharts:\n  hello-atrium:\n    greeting:   "é"  # odd\n'
const variables = [
  { name: 'mode', displayName: 'mode', defaultValue: 'yes' },
  { name: 'token', displayName: 'token', isSensitive: true, defaultValue: 'hunter2' },
]

beforeAll(async () => {
  api = await openTestApi()
  await seedCatalogue(api.context.store)
  const made = await api.newTenant()
  tenant = made.tenant.uid
  call = (route, more) => made.call(route, { ...more, headers: { ProjectUid: made.project.uid, ...more?.headers } })
  const packs = [
    {
      name: 'notes',
      type: 'manifest',
      uid: 'spectro-manifest-pack',
      tag: '1.0.0',
      values: '',
      manifests: [{ name: 'a', content: 'a: 1 # x' }],
    },
    { name: 'hello-atrium', type: 'spectro', tag: '1.0.x', registryUid: publicRegistryUid, values, manifests: [] },
  ]
  const metadata = { name: 'origin', labels: { team: 'blue' }, annotations: { description: 'of two layers' } }
  const spec = { version: '1.2.0', template: { cloudType: 'all', type: 'add-on', packs }, variables }
  uid = (await call('POST /v1/clusterprofiles', { body: { metadata, spec } })).body.uid
})
afterAll(() => api.close())

type File = { metadata: { name: string }; spec: { template: { type: string; packs: Record<string, unknown>[] } } }

const exported = async (): Promise<File> => JSON.parse((await call(`GET /v1/clusterprofiles/${uid}/export`)).text)
const renamed = (file: File, name: string): File => ({ ...file, metadata: { ...file.metadata, name } })

async function importFile(content: string, query: Record<string, string> = {}, part = 'importFile'): Promise<Answer> {
  const form = new FormData()
  form.append(part, new File([content], 'profile.json'))
  const request = new Response(form)
  const headers = { 'content-type': request.headers.get('content-type') ?? '' }
  return call('POST /v1/clusterprofiles/import/file', { headers, query, body: await request.text() })
}
const profile = async (name: string) => {
  const { items } = (await call('GET /v1/dashboard/clusterprofiles/metadata')).body
  const found = items.find((one: { metadata: { name: string } }) => one.metadata.name === name)
  return found ? (await call(`GET /v1/clusterprofiles/${found.metadata.uid}`)).body : null
}
/** A profile without what is its own: uids, times, name. */
const contentOf = ({
  metadata,
  spec,
}: {
  metadata: { labels: object; annotations: object }
  spec: { published: object }
}) =>
  JSON.parse(
    JSON.stringify([metadata.labels, metadata.annotations, spec.published], (key, value) =>
      ['uid', 'packUid', 'name'].includes(key) ? undefined : value,
    ),
  )

describe('a profile that was exported', () => {
  it.each(['json', 'yaml'])('as %s is imported with every letter, in the very versions it had', async (format) => {
    const text = (await call(`GET /v1/clusterprofiles/${uid}/export`, { query: { format } })).text
    const name = `from-${format}`
    const made = await importFile(text.replace(/(name"?: "?)origin/, `$1${name}`), { publish: 'true' })
    expect(made.status, made.text).toBe(201)
    const origin = await profile('origin')
    const copy = await profile(name)
    const packs = copy.spec.published.packs as { packUid: string }[]
    expect(contentOf(copy)).toEqual(contentOf(origin))
    expect(copy.status.isPublished).toBe(true)
    expect(packs.map(({ packUid }) => packUid)).toContain(shippedPackUid('hello-atrium', '1.0.0'))
    expect(packs).toMatchObject([{ name: 'notes' }, { name: 'hello-atrium', values }])
    const manifests = await call(`GET /v1/clusterprofiles/${made.body.uid}/packs/notes/manifests`)
    expect(manifests.body.items[0].spec.published.content).toBe('a: 1 # x')
    // A secret is not in the file, and no mask becomes one.
    expect((await call(`GET /v1/clusterprofiles/${made.body.uid}/variables`)).body.variables).toEqual([
      variables[0],
      { name: 'token', displayName: 'token', isSensitive: true },
    ])
  })

  it('is a draft unless it is to be published, also as the body of a request', async () => {
    const made = await call('POST /v1/clusterprofiles/import', { body: renamed(await exported(), 'as-body') })
    expect(made.status, made.text).toBe(201)
    expect((await profile('as-body')).status.isPublished).toBe(false)
  })

  it('is told which registries its layers can come from', async () => {
    const file = await exported()
    const [notes, hello] = file.spec.template.packs
    expect(hello).toMatchObject({ registry: { metadata: { name: 'Public Repo', kind: 'pack' } }, version: '1.0.0' })
    const moved = { ...hello, registry: { metadata: { name: 'theirs', uid: 'elsewhere' } } }
    file.spec.template.packs = [notes ?? {}, moved]
    const told = (await call('POST /v1/clusterprofiles/import/validate', { body: file })).body
    expect(told.spec.template.packs[1].registry).toEqual({
      matchingRegistries: [expect.objectContaining({ uid: publicRegistryUid, name: 'Public Repo' })],
    })
    const refused = await importFile(JSON.stringify(renamed(file, 'moved')))
    expect(refused).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } })
    expect(refused.text).toMatch(/packs\[1\]\.registry: there is no registry 'theirs'.*Public Repo/)
  })
})

describe('a file that makes no profile', () => {
  it.each([
    ['nothing', '', /file must be object/],
    ['no JSON', '{"metadata": ', /no JSON/],
    ['no YAML', 'a: [', /no YAML/],
    ['a list', '[]', /file does not fit/],
    ['another type', 'metadata: {name: 5}', /metadata\.name must be string/],
    ['no name', '{"spec": {}}', /metadata\.name/],
    ['JSON without an end of depth', `{"spec": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /nests deeper/],
    ['YAML without an end of depth', `a: ${'['.repeat(100_000)}`, /importFile/],
    ['many letters of YAML', `a: ${'x'.repeat(1_100_000)}`, /letters of YAML/],
    ['aliases of aliases', stringifyBomb(), /no YAML/],
    ['a letter that cannot be stored', '{"metadata": {"name": "a\\u0000"}}', /cannot be stored/],
  ])('is refused: %s', async (_what, text, why) => {
    const answer = await importFile(text)
    expect(answer).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } })
    expect(answer.body.message).toMatch(why)
  })

  it('is refused without the part that holds it', async () => {
    expect(await importFile('{}', {}, 'other')).toMatchObject({ status: 400 })
    expect((await call('POST /v1/clusterprofiles/import/file')).status).toBe(400)
    const headers = { 'content-type': 'application/json' }
    expect((await call('POST /v1/clusterprofiles/import/file', { headers, body: '{}' })).status).toBe(400)
  })

  it('is refused to those who may make profiles and not publish them', async () => {
    const made = await call('POST /v1/roles', {
      headers: { ProjectUid: '' },
      body: {
        metadata: { name: 'drafter' },
        spec: { permissions: ['clusterProfile.create', 'clusterProfile.update', 'packRegistry.get'], scope: 'tenant' },
      },
    })
    expect(made.status, made.text).toBe(201)
    const user = await api.newUser(tenant, [])
    const scope = { tenant, actor: operatorActor }
    await api.context.identity.setRoleBindings(scope, user.uid, [{ project: null, roleUids: [made.body.uid] }])
    const body = { metadata: { name: 'drafted' }, spec: { template: { type: 'add-on', packs: [] } } }
    const query = { publish: 'true' }
    expect((await user.call('POST /v1/clusterprofiles/import', { query, body })).status).toBe(403)
    expect((await user.call('POST /v1/clusterprofiles/import', { body })).status).toBe(201)
  })

  it('leaves nothing behind when it cannot be published', async () => {
    const file = renamed(await exported(), 'incomplete')
    file.spec.template.type = 'cluster'
    const refused = await importFile(stringify(file), { publish: 'true' })
    expect(refused.text).toContain('no k8s layer')
    expect(await profile('incomplete')).toBeNull()
  })
})

function stringifyBomb(): string {
  const rows = Array.from({ length: 9 }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]`)
  return ['a0: &a0 x', ...rows].join('\n')
}
