import type { PackSummary } from '@atrium/pack/format/summary.ts'

/** A pack for people. */
export function describePack(pack: PackSummary): string {
  const { name, version, displayName, layer, addonType, cloudTypes, namespace, installPriority } = pack
  const kind = addonType === '' ? layer : `${layer}, ${addonType}`
  return [
    `${name} ${version} (${kind})`,
    ...(displayName === name ? [] : [`  title: ${displayName}`]),
    `  clouds: ${cloudTypes.join(', ') || '(none)'}`,
    `  namespace: ${namespace}${installPriority === 0 ? '' : `, install priority ${installPriority}`}`,
    ...section(
      'charts',
      pack.charts.map((one) => `${one.name} ${one.version} as release ${one.release} (${one.file})`),
    ),
    ...section(
      'manifests',
      pack.manifests.map(({ file, templated }) => `${file}${templated ? ' (rendered)' : ' (as it is)'}`),
    ),
    ...section('ansible roles', pack.ansibleRoles),
    ...section('images', pack.images),
    ...section(
      'presets',
      pack.presets.map(
        (one) => `${one.group}:${one.name}${one.displayName === one.name ? '' : ` (${one.displayName})`}`,
      ),
    ),
    ...section('rules for values', pack.rules),
    ...section('depends on', pack.dependencies.map(describeDependency)),
    ...section(
      'annotations',
      Object.entries(pack.annotations).map(([key, value]) => `${key}: ${value}`),
    ),
  ].join('\n')
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}:`, ...lines.map((line) => `    ${line}`)]

function describeDependency({
  packName,
  layer,
  type,
  minVersion,
  maxVersion,
}: PackSummary['dependencies'][number]): string {
  const bounds = [minVersion && `from ${minVersion}`, maxVersion && `to ${maxVersion}`].filter((bound) => bound)
  return [`${packName} (${layer})`, type, ...bounds].join(' ')
}
