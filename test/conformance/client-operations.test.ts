import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '@atrium/server/apiserver/operations/index.ts'
import { expect, test } from 'vitest'

/** What each resource and data source of the Terraform provider may call, read from its source; it lies beside the checkout. */
const file = join(import.meta.dirname, '../../../shared/reference/palette-endpoints.json')

interface ClientOperation {
  operationId: string
  /** `spectrocloud_project[create,update]`. */
  usedBy: string[]
  tier: number
}

const clouds = ['aws', 'azure', 'gcp', 'vsphere', 'maas', 'apache_cloudstack', 'custom']
/** What has to work; a data source of the same name is meant as well. */
const resources = [
  ...['project', 'user', 'team', 'role', 'filter', 'macros', 'alert', 'password_policy', 'resource_limit'],
  ...['platform_setting', 'developer_setting', 'sso', 'ssh_key', 'registration_token', 'registry_oci', 'registry_helm'],
  ...['cluster_profile', 'cluster_profile_import', 'cluster_brownfield', 'cluster_custom_cloud', 'addon_deployment'],
  ...['cluster_group', 'workspace', 'backup_storage_location', 'cluster_config_template', 'cluster_config_policy'],
  ...clouds.map((cloud) => `cloudaccount_${cloud}`),
]
const dataSources = [
  'cluster',
  'pack',
  'pack_simple',
  'permission',
  'registry',
  'registry_pack',
  'private_cloud_gateway',
]
const named = new Set([
  ...resources.flatMap((name) => [`spectrocloud_${name}`, `data.spectrocloud_${name}`]),
  ...dataSources.map((name) => `data.spectrocloud_${name}`),
])

test.skipIf(!existsSync(file))('whatever the named resources of the Terraform provider may call has a handler', () => {
  const all = JSON.parse(readFileSync(file, 'utf8')) as ClientOperation[]
  const users = ({ usedBy }: ClientOperation): string[] => usedBy.map((user) => user.replace(/\[.*/, ''))
  const called = all.filter((operation) => users(operation).some((user) => named.has(user)))
  const known = new Set(all.flatMap(users))
  expect(resources.filter((name) => !known.has(`spectrocloud_${name}`))).toEqual([])
  expect(dataSources.filter((name) => !known.has(`data.spectrocloud_${name}`))).toEqual([])

  const handled = new Set(operations.map(({ id }) => id as string))
  expect(called.map(({ operationId }) => operationId).filter((id) => !handled.has(id))).toEqual([])
  const docs = readFileSync(join(import.meta.dirname, '../../docs/conformance.md'), 'utf8')
  expect(docs).toContain(`each of the ${called.length} operations`)
})

test.skipIf(!existsSync(file))('the coverage page counts the operations that the Terraform provider reaches', () => {
  const all = JSON.parse(readFileSync(file, 'utf8')) as ClientOperation[]
  const ofTier = (tier: number) => all.filter((one) => one.tier === tier).map(({ operationId }) => operationId)
  const kept = readFileSync(join(import.meta.dirname, '../../packages/api/contract/client-tiers.json'), 'utf8')
  expect(JSON.parse(kept)).toEqual({ 1: ofTier(1).toSorted(), 2: ofTier(2).toSorted() })
})
