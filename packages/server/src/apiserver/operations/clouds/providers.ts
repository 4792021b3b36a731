import type { Provider } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ServerContext } from '../../../context.ts'

/** Clouds with operations of their own in the public API; every other cloud type is a custom one there. */
const named = new Set([
  'aws',
  'azure',
  'gcp',
  'eks',
  'aks',
  'gke',
  'vsphere',
  'maas',
  'openstack',
  'apache-cloudstack',
  'edge-native',
])

export const isCustomCloud = (cloudType: string): boolean => !named.has(cloudType)

/** The provider behind a custom cloud type; refuses types this installation does not serve. */
export function customProvider(context: ServerContext, cloudType: string): Provider {
  const provider = isCustomCloud(cloudType) ? context.providers.get(cloudType) : undefined
  if (provider) return provider
  const known = [...context.providers.keys()].filter(isCustomCloud).join(', ')
  throw new AtriumError(
    'InvalidRequest',
    `cloudType: '${cloudType}' is no custom cloud of this installation. Known: ${known || 'none'}.`,
    {
      details: { field: 'cloudType' },
    },
  )
}
