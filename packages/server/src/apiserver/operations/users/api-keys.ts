import type { v1ApiKey, v1ObjectMeta } from '@atrium/api/generated/operations.d.ts'
import type { Permission } from '@atrium/api/permissions/catalogue.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { forbidden } from '../../../admission/authorize.ts'
import { checkMeta } from '../../../admission/validations/meta.ts'
import type { ApiKey, User } from '../../../auth/identity.ts'
import { mustCover } from '../../../auth/rights/escalation.ts'
import { can, type Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { zeroTime } from '../../shapes/meta.ts'
import { parseTime } from '../../shapes/time.ts'

export const viewApiKey = (key: ApiKey, user: User | undefined): v1ApiKey => ({
  metadata: {
    name: key.name,
    uid: key.uid,
    labels: key.labels,
    annotations: key.annotations,
    creationTimestamp: key.createdAt,
    lastModifiedTimestamp: key.modifiedAt,
  },
  spec: {
    expiry: key.expiresAt ?? zeroTime,
    user: { uid: key.userUid, firstName: user?.firstName ?? '', lastName: user?.lastName ?? '' },
  },
  status: { isActive: key.isActive },
})

/** The end of a key's life; clients send the zero time for "never". */
export function parseExpiry(expiry: string | undefined): string | null {
  if (!expiry || expiry.startsWith('0001-01-01')) return null
  return parseTime(expiry, 'spec.expiry')
}

/** Name, labels and annotations of a key, bounded. */
export function parseKeyMeta(
  metadata: v1ObjectMeta | undefined,
): { name: string } & Pick<ApiKey, 'labels' | 'annotations'> {
  const { name = '', labels = {}, annotations = {} } = metadata ?? {}
  if (name.trim() === '' || name.length > 128) {
    throw new AtriumError('InvalidRequest', 'metadata.name: needs between 1 and 128 characters.', {
      details: { field: 'metadata.name' },
    })
  }
  checkMeta({ name })
  if (JSON.stringify([labels, annotations]).length > 16_384) {
    throw new AtriumError('InvalidRequest', 'metadata: labels and annotations are larger than 16 KiB.', {
      details: { field: 'metadata' },
    })
  }
  return { name, labels, annotations }
}

/** One's own keys need no permission; those of others do, and at least their owner's rights to change them. */
export async function getKey(
  context: ServerContext,
  subject: Subject,
  uid: string,
  permission: Permission,
): Promise<ApiKey> {
  const key = await context.identity.getApiKey(subject.tenant, uid)
  const seen = key && (key.userUid === subject.userUid || can(subject, 'apiKey.get', null))
  if (!seen) throw new AtriumError('ResourceNotFound', `ApiKey '${uid}' is not found.`)
  if (key.userUid === subject.userUid) return key
  if (!can(subject, permission, null)) throw forbidden(permission)
  if (permission !== 'apiKey.get') mustCover(subject, await context.identity.grantsOf(subject.tenant, key.userUid))
  return key
}
