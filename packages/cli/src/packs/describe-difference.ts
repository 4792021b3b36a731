import type { PackDifference, ValueDifference } from '@atrium/pack/format/pack-difference.ts'

const SHOWN_CHARACTERS = 120

/** What another version changes, for people; `text` is the difference of the values as texts. */
export function describeDifference(
  { fields, charts, manifests, images, values }: PackDifference,
  text: string,
): string {
  const imageLines = [...images.removed.map((image) => `- ${image}`), ...images.added.map((image) => `+ ${image}`)]
  return [
    ...section('pack', fields.map(describeValue)),
    ...section('charts', charts.map(describeValue)),
    ...section('manifests', manifests.map(describeFile)),
    ...section('images', imageLines),
    ...section('values', values.map(describeValue)),
    ...(text === '' ? [] : ['values.yaml:', text]),
  ].join('\n')
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]

function describeValue({ path, old, new: now }: ValueDifference): string {
  if (old === undefined) return `+ ${path}: ${shown(now)}`
  if (now === undefined) return `- ${path}: ${shown(old)}`
  return `~ ${path}: ${shown(old)} → ${shown(now)}`
}

const describeFile = ({ path, old, new: now }: ValueDifference): string =>
  `${old === undefined ? '+' : now === undefined ? '-' : '~'} ${path}`

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
