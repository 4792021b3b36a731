import type {
  v1ClusterProfileTemplateDraft,
  v1ClusterProfileValidatorResponse,
  v1ConstraintError,
  v1ConstraintValidatorResult,
} from '@atrium/api/generated/operations.d.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { constraintFindings, leftToOthers, placedLayer, valueFindings } from '../../../content/check-layers.ts'
import type { ServerContext } from '../../../context.ts'
import { capped } from '../../invalid.ts'
import { notToBeHad } from './fetch-layers.ts'
import { maxLayers, parseLayers } from './layers.ts'

/**
 * What is wrong with each layer of a profile that is not saved yet: one result for each, in order; errors are empty where all is well.
 * `unavailable`: what `fetchLayers` says.
 */
export async function validatePacks(
  tx: Tx,
  context: ServerContext,
  template: v1ClusterProfileTemplateDraft,
  existing: readonly ProfileLayer[],
  unavailable: ReadonlyMap<number, string>,
): Promise<v1ClusterProfileValidatorResponse> {
  const catalogue = new Catalogue(tx)
  const { random } = context
  const cloudType = template.cloudType || 'all'
  // One after another: all of it reads through one transaction.
  const read: (ProfileLayer | (v1ConstraintError & { code: string }))[] = []
  for (const [index, pack] of capped(template.packs, maxLayers, 'spec.template.packs').entries()) {
    const surroundings = { catalogue, random, cloudType, existing, unknownOf: () => undefined }
    const why = unavailable.get(index)
    const outcome = why
      ? asError(notToBeHad(index, why))
      : await parseLayers([pack], surroundings).then(([layer]) => layer, asError)
    if (outcome) read.push(outcome)
  }
  const layers = read.filter((outcome): outcome is ProfileLayer => !('code' in outcome)).map(placedLayer)
  const around = { layers, former: [], elsewhere: leftToOthers(template.type ?? 'cluster') }
  const results: v1ConstraintValidatorResult[] = []
  for (const [index, { name }] of (template.packs ?? []).entries()) {
    const outcome = read[index]
    const errors = !outcome
      ? []
      : 'code' in outcome
        ? [outcome]
        : [...(await constraintFindings(catalogue, outcome, around)), ...(await valueFindings(catalogue, outcome))]
    results.push({ name, displayName: name, errors })
  }
  return { packs: { results } }
}

function asError(error: unknown): v1ConstraintError & { code: string } {
  if (error instanceof AtriumError) return { code: error.code, message: error.message }
  throw error
}
