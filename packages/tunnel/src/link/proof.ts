import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { HelloFrame } from './codec.ts'

/** Every audience of the link starts so: an agent signs nothing that could serve another purpose. */
export const AUDIENCE_PREFIX = 'atrium-link/v1:'

/** What a session proof signs: this challenge, this server, this TLS certificate. */
const proofText = (hello: HelloFrame, serverFingerprint: string): Buffer =>
  Buffer.from(`${hello.nonce}\n${hello.audience}\n${serverFingerprint}`)

/** Signs a server's challenge (ECDSA with SHA-256, base64). */
export const signProof = (privateKeyPem: string, hello: HelloFrame, serverFingerprint: string): string =>
  sign('sha256', proofText(hello, serverFingerprint), createPrivateKey(privateKeyPem)).toString('base64')

export const checkProof = (
  publicKey: KeyObject | string,
  hello: HelloFrame,
  serverFingerprint: string,
  signature: string,
): boolean => {
  const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey
  return verify('sha256', proofText(hello, serverFingerprint), key, Buffer.from(signature, 'base64'))
}
