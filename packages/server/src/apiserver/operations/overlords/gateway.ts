import { createHash } from 'node:crypto'
import type { v1Overlord } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Subject } from '../../../auth/rights/subject.ts'

/** Clients know the built-in gateway by this name. */
export const systemGatewayName = 'System Private Gateway'

/** Every tenant has one, which is no object and never changes: its uid follows from the tenant's. */
const systemGatewayUid = (tenant: string): string =>
  createHash('sha256').update(`${systemGatewayName} of ${tenant}`).digest('hex').slice(0, 24)

/** The built-in gateway of the caller's tenant. It is the platform itself, so it runs while somebody can ask. */
export const viewSystemGateway = ({ tenant }: Subject): v1Overlord => ({
  kind: 'overlord',
  metadata: { name: systemGatewayName, uid: systemGatewayUid(tenant), labels: {}, annotations: { scope: 'tenant' } },
  spec: {
    isSystem: true,
    isSelfHosted: false,
    tenantUid: tenant,
    cloudAccountUid: '',
    spectroClusterUid: '',
    ipPools: [],
  },
  status: { state: 'Running', isActive: true, isReady: true, health: { state: 'Healthy' } },
})

export function getGateway(subject: Subject, uid: string): v1Overlord {
  if (uid === systemGatewayUid(subject.tenant)) return viewSystemGateway(subject)
  throw new AtriumError('ResourceNotFound', `Private gateway '${uid}' is not found. GET /v1/overlords lists them.`)
}

/** An account names its gateway in an annotation. Empty is none, which will do for what is reached without one. */
export function mustNameGateway(
  { tenant }: Subject,
  { overlordUid = '' }: Record<string, string>,
  isNeeded: boolean,
): void {
  if (overlordUid === systemGatewayUid(tenant) || (overlordUid === '' && !isNeeded)) return
  const field = 'metadata.annotations.overlordUid'
  const wrong = overlordUid === '' ? 'is missing' : `'${overlordUid}' is no private gateway of this tenant`
  throw new AtriumError('InvalidRequest', `${field}: ${wrong}. GET /v1/overlords lists them.`, { details: { field } })
}
