import { generateKeyPairSync } from 'node:crypto'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress, EgressRequest } from '@atrium/runtime/egress/egress.ts'
import { EgressError } from '@atrium/runtime/egress/error.ts'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { createCloudClient } from './client.ts'

interface Asked {
  url: string
  request: EgressRequest
}

/** A client whose clouds answer this, what they were asked, and in whose names. */
function openClouds(answer: () => { status: number; text: string }, mirror: string | null = null) {
  const asked: Asked[] = []
  const names: string[] = []
  const request: Egress['request'] = async (url, options = {}) => {
    asked.push({ url, request: options })
    const { status, text } = answer()
    return { status, text: () => Promise.resolve(text) } as never
  }
  const egress = { request, close: () => Promise.resolve() }
  const egressOf = (tenant: string) => {
    names.push(tenant)
    return Promise.resolve(egress)
  }
  return { asked, names, client: createCloudClient({ egressOf, clock: new ManualClock(), mirror }) }
}

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const serviceAccount = JSON.stringify({
  type: 'service_account',
  client_email: 'robot@project.iam.gserviceaccount.com',
  private_key: privateKey,
  token_uri: 'https://elsewhere.example/token',
})
const sealed = (secrets: Record<string, string>) =>
  Object.fromEntries(Object.entries(secrets).map(([path, value]) => [path, new Secret(value)]))
const tenant = 't1'
const aws = {
  tenant,
  cloudType: 'aws',
  at: 'spec.',
  settings: { accessKey: 'AKIA', partition: 'aws-us-gov' },
  secrets: sealed({ secretKey: 'hidden' }),
}
const azure = {
  tenant,
  cloudType: 'azure',
  at: '',
  settings: { tenantId: 'ten/ant', clientId: 'client', azureEnvironment: 'AzureUSGovernment' },
  secrets: sealed({ clientSecret: 'hidden' }),
}
const gcp = {
  tenant,
  cloudType: 'gcp',
  at: 'spec.',
  settings: {},
  secrets: sealed({ jsonCredentials: serviceAccount }),
}

test('AWS is asked in the partition of the account whom a key belongs to, and never shown the secret key', async () => {
  const { client, asked, names } = openClouds(() => ({ status: 200, text: '{}' }))
  await client.checkAccount(aws)
  expect(names).toEqual([tenant])
  expect(asked.map(({ url }) => url)).toEqual(['https://sts.us-gov-west-1.amazonaws.com/'])
  expect(asked[0]?.request.headers?.['authorization']).toContain('Credential=AKIA/')
  expect(JSON.stringify(asked)).not.toContain('hidden')
})

test('roles of AWS are not asked about: the platform has no keys of its own to take them on', async () => {
  const { client, asked } = openClouds(() => ({ status: 403, text: '' }))
  await client.checkAccount({ ...aws, settings: { credentialType: 'sts', sts: { arn: 'arn:aws:iam::1:role/r' } } })
  await client.checkAccount({ ...aws, settings: { credentialType: 'pod-identity' } })
  expect(asked).toEqual([])
})

test.each([
  ['InvalidClientTokenId', 'spec.accessKey'],
  ['SignatureDoesNotMatch', 'spec.secretKey'],
  ['ExpiredToken', 'spec.secretToken'],
  ['AnythingElse', 'spec.accessKey'],
])('%s of AWS names %s', async (code, field) => {
  const text = `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`
  const { client } = openClouds(() => ({ status: 403, text }))
  await expect(client.checkAccount(aws)).rejects.toMatchObject({
    code: 'InvalidRequest',
    message: `${field}: AWS does not take it (${code}).`,
    details: { field },
  })
})

test('Azure is asked for a token where the environment of the account signs in', async () => {
  const { client, asked } = openClouds(() => ({ status: 200, text: '{"access_token":"t"}' }))
  await client.checkAccount(azure)
  expect(asked[0]?.url).toBe('https://login.microsoftonline.us/ten%2Fant/oauth2/v2.0/token')
  expect(Object.fromEntries(new URLSearchParams(String(asked[0]?.request.body)))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'client',
    client_secret: 'hidden',
    scope: 'https://management.usgovcloudapi.net/.default',
  })
})

test.each([
  [{ error: 'invalid_request', error_codes: [90002] }, 'tenantId'],
  [{ error: 'unauthorized_client', error_codes: [700016] }, 'clientId'],
  [{ error: 'invalid_client', error_codes: [7000215] }, 'clientSecret'],
  [{ error: 'invalid_client' }, 'clientSecret'],
])('%o of Azure names %s', async (body, field) => {
  const { client } = openClouds(() => ({ status: 401, text: JSON.stringify(body) }))
  await expect(client.checkAccount(azure)).rejects.toMatchObject({ code: 'InvalidRequest', details: { field } })
})

test('Google is asked with what the service account signs, at its own address whatever the file names', async () => {
  const { client, asked } = openClouds(() => ({ status: 200, text: '{"access_token":"t"}' }))
  await client.checkAccount(gcp)
  expect(asked[0]?.url).toBe('https://oauth2.googleapis.com/token')
  const assertion = new URLSearchParams(String(asked[0]?.request.body)).get('assertion') ?? ''
  expect(decodeJwt(assertion)).toMatchObject({
    iss: 'robot@project.iam.gserviceaccount.com',
    aud: 'https://oauth2.googleapis.com/token',
  })
})

test.each([
  ['no json', 'is no JSON'],
  ['null', 'is no key of a service account'],
  ['{"type":"authorized_user"}', 'is no key of a service account'],
  ['{"type":"service_account"}', 'lacks client_email'],
  ['{"type":"service_account","client_email":"a@b"}', 'lacks private_key'],
  ['{"type":"service_account","client_email":"a@b","private_key":"secret stuff"}', 'no RSA key'],
])('a service account like %s is refused unasked', async (text, says) => {
  const { client, asked } = openClouds(() => ({ status: 200, text: '{"access_token":"t"}' }))
  const refusal = client.checkAccount({ ...gcp, secrets: sealed({ jsonCredentials: text }) })
  await expect(refusal).rejects.toMatchObject({
    code: 'InvalidRequest',
    message: expect.stringContaining(`spec.jsonCredentials: `),
    details: { field: 'spec.jsonCredentials' },
  })
  await expect(refusal).rejects.toThrow(says)
  await expect(refusal).rejects.not.toThrow(/secret stuff/)
  expect(asked).toEqual([])
})

test.each([
  ['fails', () => ({ status: 503, text: '' }), 'answers 503'],
  [
    'cannot be reached',
    () => {
      throw new EgressError('timeout', 'sts did not answer in time.')
    },
    'did not answer in time',
  ],
])('a cloud that %s is told as that, not as wrong credentials', async (_, answer, says) => {
  const { client } = openClouds(answer)
  await expect(client.checkAccount(aws)).rejects.toMatchObject({
    code: 'InvalidRequest',
    message: expect.stringMatching(new RegExp(`the cloud cannot be asked: .*${says}`)),
  })
})

test('through a mirror the cloud stands in the path, and the mirror keeps its own name and certificate', async () => {
  const { client, asked, names } = openClouds(
    () => ({ status: 200, text: '{"access_token":"t"}' }),
    'https://mirror.test',
  )
  const tls = { cert: '-----BEGIN CERTIFICATE-----' }
  await client.checkAccount(aws)
  await client.checkAccount({ ...azure, settings: { ...azure.settings, tls } })
  expect(asked.map(({ url }) => url)).toEqual([
    'https://mirror.test/sts.us-gov-west-1.amazonaws.com/',
    'https://mirror.test/login.microsoftonline.us/ten%2Fant/oauth2/v2.0/token',
  ])
  expect(asked.map(({ request }) => [request.headers?.['host'], request.caBundle])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ])
  expect(names).toEqual(['system', 'system'])
})

test('private clouds are reached from their gateways alone: nobody is asked', async () => {
  const { client, asked } = openClouds(() => ({ status: 403, text: '' }))
  for (const cloudType of ['vsphere', 'maas', 'apache-cloudstack'])
    await client.checkAccount({ tenant, cloudType, at: '', settings: {}, secrets: {} })
  expect(asked).toEqual([])
})
