import type { AtriumClusterPlanRequest, AtriumClusterPreview } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { Option } from 'commander'
import { formatObject } from '../../output/format.ts'
import { describePreview } from '../../plan/describe.ts'

/** `-o json|yaml`, of previews. */
export const previewOutput = (): Option => new Option('-o, --output <format>', 'json or yaml').choices(['json', 'yaml'])

export interface ShownPreview extends AtriumClusterPreview {
  cluster: string
}

export async function previewOf(
  client: Client,
  { uid, name }: { uid: string; name: string },
  body: AtriumClusterPlanRequest,
): Promise<ShownPreview> {
  const preview = await client.call('POST /atrium/v1/clusters/{uid}/plan', { params: { uid }, body })
  return { cluster: name, ...preview }
}

export const showPreview = ({ cluster, ...preview }: ShownPreview): string =>
  describePreview(`cluster/${cluster}`, preview)

/** One object as it is, several as a list. */
export const formatPreviews = (previews: readonly ShownPreview[], format: 'json' | 'yaml'): string =>
  formatObject(previews.length === 1 ? previews[0] : previews, format)
