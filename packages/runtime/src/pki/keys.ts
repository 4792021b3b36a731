import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  X509Certificate,
} from 'node:crypto'
import { promisify } from 'node:util'

const generate = promisify(generateKeyPair)

/** Both halves as PEM: PKCS#8 and SubjectPublicKeyInfo. */
export interface KeyPair {
  privateKeyPem: string
  publicKeyPem: string
}

/** A new key: `ec` is P-256; `rsa` is 2048 bits, for Kubernetes service-account tokens signed with RS256. */
export const createKeyPair = async (type: 'ec' | 'rsa' = 'ec'): Promise<KeyPair> => {
  const { privateKey } =
    type === 'ec' ? await generate('ec', { namedCurve: 'P-256' }) : await generate('rsa', { modulusLength: 2048 })
  return keyPairOf(privateKey)
}

const keyPairOf = (privateKey: KeyObject): KeyPair => ({
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
})

/** The pair of a stored private key (PKCS#8, PKCS#1 or SEC1). */
export const keyPairFromPem = (privateKeyPem: string): KeyPair => keyPairOf(createPrivateKey(privateKeyPem))

/** SHA-256 of the DER bytes of a certificate (PEM, or DER as a TLS peer shows it), lower-case hex. */
export const certificateFingerprint = (certificate: string | Buffer): string =>
  createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex')

/** SHA-256 of the SubjectPublicKeyInfo of a certificate, lower-case hex: stays the same when the key is certified anew. */
export const publicKeyFingerprint = (certificate: string | Buffer): string =>
  createHash('sha256')
    .update(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g

/** The certificates of a PEM bundle, in order. Text between them is ignored. */
export const splitPemBundle = (bundle: string): string[] => bundle.match(PEM_CERTIFICATE) ?? []
