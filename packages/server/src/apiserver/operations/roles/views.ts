import type { v1Role } from '@atrium/api/generated/operations.d.ts'
import type { BuiltInRole } from '@atrium/api/permissions/roles.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

export const viewRole = ({ meta, spec }: StoredObject<'Role'>): v1Role => {
  const metadata = viewMeta(meta)
  return withUnknown(
    {
      metadata: { ...metadata, annotations: { ...metadata.annotations, scope: spec.scope } },
      spec: { scope: spec.scope, permissions: spec.permissions, type: 'user' as const },
      status: { isEnabled: spec.isDisabled !== true },
    },
    spec.unknown,
  )
}

export const viewBuiltInRole = ({ uid, name, scope, permissions }: BuiltInRole): v1Role => ({
  metadata: { uid, name, labels: {}, annotations: { scope } },
  spec: { scope, permissions: [...permissions], type: 'system' },
  status: { isEnabled: true },
})
