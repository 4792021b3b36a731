import type {
  v1ClusterProfileTemplateDraft,
  v1ClusterProfileValidatorResponse,
  v1ConstraintError,
  v1ConstraintValidatorResult,
} from '@atrium/api/generated/operations.d.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import type { PackDependency } from '@atrium/pack/format/pack-json.ts'
import { withinBounds } from '@atrium/pack/format/version.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { packNameOf } from '../../../content/macro-scope.ts'
import type { ServerContext } from '../../../context.ts'
import { parseLayers } from './layers.ts'

/** What is wrong with each layer of a profile that is not saved yet: one result for each, in order; errors are empty where all is well. */
export async function validatePacks(
  tx: Tx,
  context: ServerContext,
  template: v1ClusterProfileTemplateDraft,
  existing: readonly ProfileLayer[],
): Promise<v1ClusterProfileValidatorResponse> {
  const catalogue = new Catalogue(tx)
  const { random } = context
  const cloudType = template.cloudType || 'all'
  // One after another: all of it reads through one transaction.
  const read: (ProfileLayer | (v1ConstraintError & { code: string }))[] = []
  for (const pack of template.packs ?? []) {
    const surroundings = { catalogue, random, cloudType, existing, unknownOf: () => undefined }
    const outcome = await parseLayers([pack], surroundings).then(([layer]) => layer, asError)
    if (outcome) read.push(outcome)
  }
  const layers = read.filter((outcome): outcome is ProfileLayer => !('code' in outcome))
  const results: v1ConstraintValidatorResult[] = []
  for (const [index, { name }] of (template.packs ?? []).entries()) {
    const outcome = read[index]
    const errors = !outcome ? [] : 'code' in outcome ? [outcome] : await dependencyErrors(catalogue, outcome, layers)
    results.push({ name, displayName: name, errors })
  }
  return { packs: { results: results } }
}

function asError(error: unknown): v1ConstraintError & { code: string } {
  if (error instanceof AtriumError) return { code: error.code, message: error.message }
  throw error
}

async function dependencyErrors(
  catalogue: Catalogue,
  layer: ProfileLayer,
  layers: readonly ProfileLayer[],
): Promise<v1ConstraintError[]> {
  const pack = layer.type !== 'manifest' ? await catalogue.pack(layer.packUid) : null
  const constraints = pack?.spec.constraints as { dependencies?: Partial<PackDependency>[] } | null | undefined
  return (constraints?.dependencies ?? []).flatMap((dependency) => dependencyError(dependency, layers))
}

/** `dependency` is as the pack's author wrote it: any field may be missing. */
function dependencyError(dependency: Partial<PackDependency>, layers: readonly ProfileLayer[]): v1ConstraintError[] {
  const { packName = '', layer, type = 'optional', minVersion = '', maxVersion = '' } = dependency
  const bounds = `${minVersion || 'any'} to ${maxVersion || 'any'}`
  const found = layers.find((one) => packNameOf(one.name) === packName && (!layer || one.layer === layer))
  const fits = found !== undefined && withinBounds(found.version, minVersion, maxVersion)
  if (type === 'required' && !found) {
    return [
      {
        code: 'DependencyMissing',
        message: `It needs pack '${packName}' (${layer}), version ${bounds}, in the profile.`,
      },
    ]
  }
  if (type === 'notSupported' && fits) {
    return [{ code: 'DependencyNotSupported', message: `It does not work beside pack '${packName}' ${found.version}.` }]
  }
  if ((type === 'required' || type === 'optional') && found && !fits) {
    return [
      {
        code: 'DependencyVersion',
        message: `It needs pack '${packName}' in version ${bounds}; the profile has ${found.version}.`,
      },
    ]
  }
  return []
}
