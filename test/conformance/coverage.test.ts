import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const accounts = ['aws', 'azure', 'gcp', 'vsphere', 'maas', 'apache_cloudstack', 'custom']
const both = [
  ...['project', 'user', 'team', 'role', 'filter', 'macros', 'ssh_key', 'registration_token', 'registry_oci'],
  ...['registry_helm', 'cluster_profile', 'cluster_group', 'workspace', 'backup_storage_location'],
  ...['cluster_config_template', 'cluster_config_policy', ...accounts.map((cloud) => `cloudaccount_${cloud}`)],
]
const resources = [
  ...['alert', 'password_policy', 'resource_limit', 'platform_setting', 'developer_setting', 'sso'],
  ...['cluster_profile_import', 'cluster_brownfield', 'cluster_custom_cloud', 'addon_deployment', ...both],
]
const lookUps = ['permission', 'pack', 'pack_simple', 'registry', 'registry_pack', 'cluster', 'private_cloud_gateway']
/** What users of the client are promised. */
const promised = [
  ...resources.map((name) => `resource ${name}`),
  ...[...both, ...lookUps].map((name) => `data ${name}`),
]

/** What the client itself cannot import. */
const notImportable = ['cluster_profile_import', 'addon_deployment']

const read = (...path: string[]): string => readFileSync(join(import.meta.dirname, ...path), 'utf8')
const files = readdirSync(join(import.meta.dirname, 'scenarios'), { withFileTypes: true })
const held = new Map(
  files
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const blocks = read('scenarios', name, 'main.tf').matchAll(/^(resource|data) "spectrocloud_(\w+)"/gm)
      return [name, [...blocks].map(([, block, kind]) => `${block} ${kind}`)]
    }),
)
const scenariosOf = (thing: string): string[] =>
  [...held].filter(([, things]) => things.includes(thing)).map(([name]) => name)

/** What the documentation says: a thing, and the scenarios that hold it. */
const documented = [...read('../../docs/conformance.md').matchAll(/^\| `(\w+)` \| (.*) \| (.*) \|$/gm)]
  .flatMap(([, name, resource = '', data = '']) => [
    { thing: `resource ${name}`, scenarios: [...resource.matchAll(/`([\w-]+)`/g)].map(([, one = '']) => one) },
    { thing: `data ${name}`, scenarios: [...data.matchAll(/`([\w-]+)`/g)].map(([, one = '']) => one) },
  ])
  .filter(({ scenarios }) => scenarios.length > 0)

describe('what users of the client are promised', () => {
  test.each(promised)('%s: a scenario holds it', (thing) => {
    expect(scenariosOf(thing)).not.toEqual([])
  })

  test('the documentation names for each scenarios that hold it', () => {
    expect(documented.map(({ thing }) => thing).sort()).toEqual(promised.toSorted())
    const wrong = documented.filter(({ thing, scenarios }) =>
      scenarios.some((name) => !scenariosOf(thing).includes(name)),
    )
    expect(wrong).toEqual([])
  })

  test('each resource is imported, as far as the client can', () => {
    // Outside of a configuration only what is imported is called by its address.
    const tests = readdirSync(import.meta.dirname).filter((name) => name.startsWith('terraform'))
    const steps = files.filter((entry) => entry.isFile()).map(({ name }) => join('scenarios', name))
    const text = [...tests, ...steps].map((file) => read(file)).join('\n')
    const importable = resources.filter((name) => !notImportable.includes(name))
    expect(importable.filter((name) => !text.includes(`spectrocloud_${name}.`))).toEqual([])
  })
})
