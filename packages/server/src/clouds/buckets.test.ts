import { generateKeyPairSync } from 'node:crypto'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { EgressRequest } from '@atrium/runtime/egress/egress.ts'
import { expect, test } from 'vitest'
import type { BucketAccess } from './buckets.ts'
import { createCloudClient } from './client.ts'

/** A client whose clouds answer this, and what they were asked. */
function openClouds(answer: (url: string) => { status: number; text: string }) {
  const asked: { url: string; request: EgressRequest }[] = []
  const request = async (url: string, options: EgressRequest = {}) => {
    asked.push({ url, request: options })
    const { status, text } = answer(url)
    return { status, text: () => Promise.resolve(text) } as never
  }
  const egress = { request, close: () => Promise.resolve() }
  const egressOf = () => Promise.resolve(egress)
  return { asked, client: createCloudClient({ egressOf, clock: new ManualClock(), mirror: null }) }
}

const s3: BucketAccess = {
  ...{ tenant: 't1', cloudType: 'aws', at: 'credentials.', bucket: 'of ours', region: 'eu-west-1' },
  settings: { accessKey: 'AKIA' },
  secrets: { secretKey: new Secret('hidden') },
}
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const robot = {
  ...{ type: 'service_account', client_email: 'robot@project.example' },
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
}
const gcp: BucketAccess = {
  ...{ tenant: 't1', cloudType: 'gcp', at: 'credentials.', bucket: 'of/ours', settings: {} },
  secrets: { jsonCredentials: new Secret(JSON.stringify(robot)) },
}

test('S3 is asked in the region of the bucket, signed, and never shown the secret key', async () => {
  const { client, asked } = openClouds(() => ({ status: 200, text: '' }))
  await client.checkBucket(s3)
  expect(asked.map(({ url }) => url)).toEqual(['https://s3.eu-west-1.amazonaws.com/of%20ours?list-type=2&max-keys=0'])
  expect(asked[0]?.request.headers?.['authorization']).toMatch(/Credential=AKIA\/\d{8}\/eu-west-1\/s3\//)
  expect(JSON.stringify(asked)).not.toContain('hidden')
})

test.each([
  ['NoSuchBucket', 'bucket'],
  ['InvalidAccessKeyId', 'credentials.accessKey'],
  ['SignatureDoesNotMatch', 'credentials.secretKey'],
  ['PermanentRedirect', 'region'],
  ['AccessDenied', 'bucket'],
])('%s of S3 names %s', async (code, field) => {
  const { client } = openClouds(() => ({ status: 403, text: `<Error><Code>${code}</Code></Error>` }))
  await expect(client.checkBucket(s3)).rejects.toMatchObject({ code: 'InvalidRequest', details: { field } })
})

test.each(['', 'evil.example/', 'eu-west-1.evil.example#', 'EU'])(
  'the region %o, which would stand in the name of the server, is refused unasked',
  async (region) => {
    const { client, asked } = openClouds(() => ({ status: 200, text: '' }))
    await expect(client.checkBucket({ ...s3, region })).rejects.toMatchObject({ details: { field: 'region' } })
    expect(asked).toEqual([])
  },
)

test('roles of AWS are not asked about', async () => {
  const { client, asked } = openClouds(() => ({ status: 403, text: '' }))
  await client.checkBucket({ ...s3, settings: { credentialType: 'sts' } })
  expect(asked).toEqual([])
})

test('Google is asked for the bucket with a token of the service account', async () => {
  const { client, asked } = openClouds(() => ({ status: 200, text: '{"access_token":"t"}' }))
  await client.checkBucket(gcp)
  expect(asked[1]?.url).toBe('https://storage.googleapis.com/storage/v1/b/of%2Fours?fields=name')
  expect(asked[1]?.request.headers).toEqual({ authorization: 'Bearer t' })
})

test('a bucket that Google does not show is told as that', async () => {
  const { client } = openClouds((url) => ({ status: url.includes('oauth2') ? 200 : 404, text: '{"access_token":"t"}' }))
  await expect(client.checkBucket(gcp)).rejects.toMatchObject({ details: { field: 'bucketName' } })
})
