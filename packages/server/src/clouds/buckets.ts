import type { Clock } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { signForAws } from '@atrium/runtime/egress/aws-signature.ts'
import type { CloudAccess } from './client.ts'
import { gcpToken } from './gcp.ts'
import { type CloudRequest, refused, settingOf } from './request.ts'

/** A bucket, and the credentials it is to be reached with. Names of fields in errors: `at` before those of credentials. */
export interface BucketAccess extends CloudAccess {
  cloudType: 'aws' | 'gcp'
  bucket: string
  /** Of AWS. */
  region?: string
}

/** Where the buckets of each partition are. */
const domains: Record<string, string> = {
  aws: 'amazonaws.com',
  'aws-us-gov': 'amazonaws.com',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
}

/** Asks S3 to list nothing of the bucket. Roles are not asked about: see `checkAws`. */
async function checkS3(ask: CloudRequest, access: BucketAccess, clock: Clock): Promise<void> {
  if ((settingOf(access, 'credentialType') || 'secret') !== 'secret') return
  const { at, bucket, region = '', secrets } = access
  const domain = domains[settingOf(access, 'partition') || 'aws']
  if (!domain) throw refused(`${at}partition`, 'is none that is known')
  // It becomes part of a name: credentials go to AWS and nobody else.
  if (!/^[a-z]{2}[a-z0-9-]{1,30}$/.test(region)) throw refused('region', 'is no region of AWS')
  const url = new URL(`https://s3.${region}.${domain}/${encodeURIComponent(bucket)}?list-type=2&max-keys=0`)
  const { secretKey = new Secret(''), secretToken } = secrets
  const headers = signForAws({
    ...{ method: 'GET', url, body: '', headers: {}, service: 's3', region, at: clock.now() },
    keys: { accessKey: settingOf(access, 'accessKey'), secretKey, ...(secretToken && { sessionToken: secretToken }) },
  })
  const answer = await ask(url.href, { method: 'GET', headers }, 'bucket')
  if (answer.status === 200) return
  const code = /<Code>(\w{1,60})<\/Code>/.exec(answer.text)?.[1] ?? `status ${answer.status}`
  const fields: Record<string, string> = {
    InvalidAccessKeyId: `${at}accessKey`,
    SignatureDoesNotMatch: `${at}secretKey`,
    AuthorizationHeaderMalformed: 'region',
    PermanentRedirect: 'region',
  }
  throw refused(fields[code] ?? 'bucket', `S3 does not show it to these credentials (${code})`)
}

async function checkGcpBucket(ask: CloudRequest, access: BucketAccess, clock: Clock): Promise<void> {
  const token = await gcpToken(ask, access, clock, 'https://www.googleapis.com/auth/devstorage.read_only')
  const url = `https://storage.googleapis.com/storage/v1/b/${encodeURIComponent(access.bucket)}?fields=name`
  const answer = await ask(url, { headers: { authorization: `Bearer ${token.reveal()}` } }, 'bucketName')
  if (answer.status === 200) return
  throw refused('bucketName', `Google does not show it to these credentials (status ${answer.status})`)
}

export const checkBucket = (ask: CloudRequest, access: BucketAccess, clock: Clock): Promise<void> =>
  access.cloudType === 'aws' ? checkS3(ask, access, clock) : checkGcpBucket(ask, access, clock)
