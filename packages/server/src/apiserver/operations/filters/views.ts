import type { v1FilterSummary, v1TagFilterSummary } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

type TagFilter = StoredObject<'TagFilter'>

export const viewTagFilter = ({ meta, spec }: TagFilter): v1TagFilterSummary =>
  withUnknown(
    {
      metadata: viewMeta(meta),
      spec: {
        filterGroup: {
          conjunction: spec.conjunction,
          filters: spec.conditions.map((condition) => ({ ...condition, operator: 'eq' as const })),
        },
      },
    },
    spec.unknown,
  )

export const filterType = 'tag'

export const viewFilterSummary = ({ meta }: TagFilter): v1FilterSummary => ({
  metadata: viewMeta(meta),
  spec: { filterType },
})
