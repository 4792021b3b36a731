import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { ClusterProfileSpec } from '@atrium/api/kinds/cluster-profile.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { describe, expect, test } from 'vitest'
import { attachProfile, changeProfiles, removeProfiles, setVariables } from './profiles.ts'

const profile = (name: string, over: Partial<AttachedProfile> = {}): AttachedProfile => ({
  uid: `${name}-uid`,
  name,
  version: '1.0.0',
  type: 'add-on',
  cloudType: 'all',
  layers: [],
  variables: [{ name: 'replicas' }, { name: 'host' }],
  variableValues: {},
  ...over,
})
const infra = profile('infra', { type: 'infra' })
const names = (profiles: AttachedProfile[]): string[] => profiles.map((one) => `${one.name}@${one.version}`)

describe('changing the profiles of a cluster', () => {
  test('a new version takes the place of the old one and keeps the values it still declares', () => {
    const old = profile('web', { variableValues: { replicas: '2', host: 'a' } })
    const next = profile('web', { uid: 'web-2', version: '2.0.0', variables: [{ name: 'replicas' }] })
    const changed = changeProfiles([infra, old, profile('db')], [{ profile: next, replaces: old.uid }])
    expect(names(changed)).toEqual(['infra@1.0.0', 'web@2.0.0', 'db@1.0.0'])
    expect(changed[1]?.variableValues).toEqual({ replicas: '2' })
  })

  test('what is not mentioned stays, what is new comes last', () => {
    expect(names(changeProfiles([infra, profile('db')], [{ profile: profile('web'), replaces: undefined }]))).toEqual([
      'infra@1.0.0',
      'db@1.0.0',
      'web@1.0.0',
    ])
  })

  test('a second infrastructure profile is refused unless it replaces the first', () => {
    const other = profile('other-infra', { type: 'infra' })
    expect(() => changeProfiles([infra], [{ profile: other, replaces: undefined }])).toThrow(
      /both bring infrastructure/,
    )
    expect(names(changeProfiles([infra], [{ profile: other, replaces: infra.uid }]))).toEqual(['other-infra@1.0.0'])
  })

  test('what is to be replaced goes, wherever else the new profile or its name is attached', () => {
    const old = profile('old', { variableValues: { replicas: '2' } })
    const web = profile('web')
    const next = profile('web', { uid: 'web-2', version: '2.0.0' })
    const changed = changeProfiles([infra, web, profile('db'), old], [{ profile: next, replaces: old.uid }])
    expect(names(changed)).toEqual(['infra@1.0.0', 'db@1.0.0', 'web@2.0.0'])
    expect(changed[2]?.variableValues).toEqual({ replicas: '2' })
  })

  test('two versions of one name in one request are refused: one would be lost', () => {
    const [one, other] = [profile('web'), profile('web', { uid: 'web-2', version: '2.0.0' })]
    const both = [one, other].map((of) => ({ profile: of, replaces: undefined }))
    expect(() => changeProfiles([infra], both)).toThrow(/spec\.profiles: profile 'web' is there twice/)
  })

  test('an add-on can be removed, the infrastructure and unknown profiles cannot', () => {
    expect(names(removeProfiles([infra, profile('db')], ['db-uid']))).toEqual(['infra@1.0.0'])
    expect(() => removeProfiles([infra], ['infra-uid'])).toThrow(/needs one profile of type infra/)
    expect(() => removeProfiles([infra], ['nothing'])).toThrow(/not attached/)
  })
})

describe('attaching a profile', () => {
  const stored = (over: Partial<ClusterProfileSpec> = {}): StoredObject<'ClusterProfile'> => ({
    kind: 'ClusterProfile',
    meta: {
      tenant: 't',
      project: null,
      uid: 'p1',
      name: 'web',
      generation: 1,
      resourceVersion: 1,
      labels: {},
      annotations: {},
      finalizers: [],
      owner: null,
      createdAt: '2026-01-01T00:00:00Z',
      modifiedAt: '2026-01-01T00:00:00Z',
      deletedAt: null,
    },
    spec: {
      version: '1.0.0',
      cloudType: 'all',
      type: 'add-on',
      published: true,
      variables: [{ name: 'replicas' }],
      layers: [
        {
          name: 'hello',
          type: 'spectro',
          layer: 'addon',
          tag: '1.0.0',
          version: '1.0.0',
          registryUid: 'r',
          packUid: 'k',
          values: 'a: 1 # kept\n',
          manifests: [{ uid: 'm', name: 'extra', content: 'kind: ConfigMap' }],
        },
      ],
      ...over,
    },
    status: {},
    conditions: [],
  })

  test('overrides values and manifests of the named layer for this cluster only', () => {
    const source = stored()
    const attached = attachProfile(
      source,
      { packValues: [{ name: 'hello', values: 'a: 2', manifests: [{ name: 'extra', content: 'kind: Secret' }] }] },
      'spec.profiles[0]',
    )
    expect(attached.layers[0]?.values).toBe('a: 2')
    expect(attached.layers[0]?.manifests[0]?.content).toBe('kind: Secret')
    expect(source.spec.layers[0]?.values).toBe('a: 1 # kept\n')
  })

  test('refuses a draft, an unknown layer or manifest and an undeclared variable, naming the field', () => {
    expect(() => attachProfile(stored({ published: false }), {}, 'spec.profiles[0]')).toThrow(
      /spec\.profiles\[0\]\.uid.*draft/,
    )
    expect(() => attachProfile(stored(), { packValues: [{ name: 'nope' }] }, 'spec.profiles[0]')).toThrow(
      /no layer 'nope'/,
    )
    const stray = { packValues: [{ name: 'hello', manifests: [{ name: 'more', content: 'a: 1' }] }] }
    expect(() => attachProfile(stored(), stray, 'spec.profiles[0]')).toThrow(/\.packValues: .*no manifest 'more'/)
    expect(() => setVariables(profile('web'), [{ name: 'nope', value: '1' }], 'variables')).toThrow(
      /no variable 'nope'/,
    )
  })
})
