import type { v1TagFilter } from '@atrium/api/generated/operations.d.ts'
import type { TagFilterSpec } from '@atrium/api/kinds/tag-filter.ts'
import { invalid } from '../../invalid.ts'
import { parseMeta } from '../../shapes/meta.ts'

const most = { conditions: 50, values: 100, letters: 316 } as const

export function parseTagFilter(
  body: v1TagFilter,
  unknown: TagFilterSpec['unknown'],
): ReturnType<typeof parseMeta> & { spec: TagFilterSpec } {
  const { conjunction, filters } = body.spec?.filterGroup ?? {}
  const place = 'spec.filterGroup.filters'
  if (!filters?.length) throw invalid(place, 'needs at least one condition')
  if (filters.length > most.conditions) throw invalid(place, `holds more than ${most.conditions} conditions`)
  const conditions = filters.map(({ key = '', negation = false, values }, index) => {
    if (key === '') throw invalid(`${place}[${index}].key`, 'is empty. Name a tag')
    const long = [key, ...(values ?? [])].some((text) => text.length > most.letters)
    if (long || (values ?? []).length > most.values) {
      throw invalid(
        `${place}[${index}]`,
        `holds more than ${most.values} values, or texts of over ${most.letters} letters`,
      )
    }
    return { key, negation, values: values ?? [] }
  })
  const spec = { conjunction: conjunction ?? 'and', conditions, ...(unknown && { unknown }) }
  return { ...parseMeta(body.metadata), spec }
}
