import { defineOperation } from '../../operation.ts'
import { readAccountSpec } from '../accounts/account-spec.ts'
import { aws } from '../accounts/clouds.ts'

/** Tries a bucket for backups, and saves nothing. */
export const V1AwsS3Validate = defineOperation('V1AwsS3Validate', {
  scope: 'object',
  permission: 'location.create',
  async handler({ subject: { tenant }, body: { bucket, region, credentials } }, { clouds }) {
    const at = 'credentials.'
    const account = readAccountSpec(aws, credentials, at)
    await clouds.checkBucket({ tenant, cloudType: 'aws', at, bucket, region, ...account })
  },
})
