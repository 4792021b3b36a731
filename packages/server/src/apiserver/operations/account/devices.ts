import type { v1MfaDeviceMeta } from '@atrium/api/generated/operations.d.ts'
import type { FactorInfo } from '../../../store/identity/factors.ts'

export const viewDevice = ({ name, createdAt }: FactorInfo): v1MfaDeviceMeta => ({
  deviceName: name,
  creationTimestamp: createdAt,
})
