import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { signForAws } from './aws-signature.ts'

// The credentials and the moment of the signing examples that AWS publishes.
const keys = { accessKey: 'AKIDEXAMPLE', secretKey: new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY') }
const at = Date.UTC(2015, 7, 30, 12, 36, 0)
const signed = (url: string, more: object = {}) =>
  signForAws({
    ...{ method: 'GET', url: new URL(url), headers: {}, body: '', region: 'us-east-1', service: 'service', keys, at },
    ...more,
  })
const signatureOf = (headers: Record<string, string>) => /Signature=(\w+)$/.exec(headers['authorization'] ?? '')?.[1]

test('gives the signatures that AWS publishes', () => {
  expect(signatureOf(signed('https://example.amazonaws.com/'))).toBe(
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  )
  expect(signatureOf(signed('https://example.amazonaws.com/?Param2=value2&Param1=value1'))).toBe(
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  )
  expect(signatureOf(signed('https://example.amazonaws.com/', { method: 'POST' }))).toBe(
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  )
})

test('a session token is signed and sent, the secret key never', () => {
  const headers = signed('https://s3.amazonaws.com/', {
    service: 's3',
    keys: { ...keys, sessionToken: new Secret('session') },
  })
  expect(headers['authorization']).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token')
  expect(headers['x-amz-security-token']).toBe('session')
  expect(JSON.stringify(headers)).not.toContain('EXAMPLEKEY')
})
