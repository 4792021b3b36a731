import type { v1Alert, v1Project, v1ProjectSummary } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

/** `spec` is always an object: clients look into it. */
export const viewProject = ({ meta, spec }: StoredObject<'Project'>, alerts: v1Alert[]): v1Project =>
  withUnknown(
    {
      metadata: viewMeta(meta),
      spec: { alerts, teams: [], users: [], logoUrl: '' },
      status: { isDisabled: false },
    },
    spec.unknown,
  )

export const viewProjectSummary = ({ meta }: StoredObject<'Project'>): v1ProjectSummary => ({
  metadata: viewMeta(meta),
  specSummary: { logoUrl: '', teams: [], users: [] },
  status: {},
})
