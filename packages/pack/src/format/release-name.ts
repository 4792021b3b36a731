const maxLength = 53

/**
 * Helm release name of a part of a layer: `<layer>-<part>`, or `<layer>` when both are the same. Always a valid name, the same for the
 * same input; shortened names end in a hash of the whole so that they stay different.
 */
export function releaseName(layerName: string, partName: string): string {
  const layer = toDnsLabel(layerName)
  const part = toDnsLabel(partName)
  const whole = layer === part || layer === '' ? part : part === '' ? layer : `${layer}-${part}`
  if (whole === '') return `layer-${hash(`${layerName}/${partName}`)}`
  return whole.length <= maxLength ? whole : `${whole.slice(0, maxLength - 9).replace(/-+$/, '')}-${hash(whole)}`
}

const toDnsLabel = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')

/** FNV-1a, 32 bits: spreads names, protects nothing. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0
  return value.toString(16).padStart(8, '0')
}
