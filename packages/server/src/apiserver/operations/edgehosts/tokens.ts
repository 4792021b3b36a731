import type { v1EdgeToken, v1EdgeTokenUpdate } from '@atrium/api/generated/operations.d.ts'
import type { EdgeTokenSpec } from '@atrium/api/kinds/edge-token.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { notFound } from '../../../admission/authorize.ts'
import { can, type Subject } from '../../../auth/rights/subject.ts'
import { hashOf } from '../../../auth/tokens.ts'
import { maskedValue } from '../../shapes/masked.ts'
import { viewMeta, zeroTime } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'
import { parseExpiry } from '../users/api-keys.ts'

type EdgeToken = StoredObject<'EdgeToken'>

export const tokenField = 'token'
export const refOf = (uid: string) => ({ kind: 'EdgeToken', uid })
export const tokenHash = (token: string): string => hashOf(token).toString('hex')

export const parseTokenSpec = ({
  spec,
}: v1EdgeTokenUpdate): Pick<EdgeTokenSpec, 'expiresAt' | 'defaultProjectUid'> => ({
  expiresAt: parseExpiry(spec?.expiry),
  defaultProjectUid: spec?.defaultProjectUid || null,
})

/** A project whose hosts register with the token is not deleted while it exists. */
export const linkProject = (tx: Tx, uid: string, { defaultProjectUid }: Pick<EdgeTokenSpec, 'defaultProjectUid'>) =>
  tx.setRefs(refOf(uid), {
    defaultProject: defaultProjectUid === null ? [] : [{ kind: 'Project', uid: defaultProjectUid }],
  })

/** Clients find the token of one they made in the list: shown to those who may change it, as long as it exists. */
export async function viewToken(tx: Tx, subject: Subject, { meta, spec }: EdgeToken): Promise<v1EdgeToken> {
  const token = can(subject, 'edgeToken.update', null) ? await tx.getSecret(refOf(meta.uid), tokenField) : null
  const project = spec.defaultProjectUid === null ? null : await tx.get('Project', spec.defaultProjectUid)
  const view = {
    metadata: viewMeta(meta),
    spec: {
      token: token?.reveal() ?? maskedValue,
      expiry: spec.expiresAt ?? zeroTime,
      ...(project && { defaultProject: { uid: project.meta.uid, name: project.meta.name } }),
    },
    status: { isActive: spec.isDisabled !== true },
  }
  return withUnknown(view, spec.unknown)
}

export async function getToken(tx: Tx, uid: string): Promise<EdgeToken> {
  const token = await tx.get('EdgeToken', uid)
  if (!token) throw notFound('EdgeToken', uid)
  return token
}
