import { defineOperation } from '../../operation.ts'
import { readAccountSpec } from '../accounts/account-spec.ts'
import { gcp } from '../accounts/clouds.ts'

/** Tries a bucket for backups, and saves nothing. */
export const V1GcpBucketNameValidate = defineOperation('V1GcpBucketNameValidate', {
  scope: 'object',
  permission: 'location.create',
  async handler({ subject: { tenant }, body: { bucketName, credentials } }, { clouds }) {
    const at = 'credentials.'
    const account = readAccountSpec(gcp, credentials, at)
    await clouds.checkBucket({ tenant, cloudType: 'gcp', at, bucket: bucketName, ...account })
  },
})
