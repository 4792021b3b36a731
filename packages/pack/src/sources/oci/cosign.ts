import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { packError } from '../../format/problems.ts'
import type { OciClient } from './client.ts'
import type { Descriptor } from './types.ts'

const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json'
const SIGNATURE = 'dev.cosignproject.cosign/signature'
const payloadBytes = 64 * 1024
const maxSignatures = 50
const attachment = /^sha256-[0-9a-f]{64}\.(sig|att|sbom)$/

/** Tags that hold signatures and the like, not content. */
export const isAttachment = (tag: string): boolean => attachment.test(tag)

/** Reads a public key (PEM). Throws when it is none, or one of a kind that is not used for signatures. */
export function readSigningKey(pem: string): KeyObject {
  if (/PRIVATE KEY/.test(pem)) throw new Error('it is a private key')
  const key = createPublicKey(pem)
  if (!['ec', 'rsa', 'ed25519'].includes(key.asymmetricKeyType ?? ''))
    throw new Error('it is no EC, RSA or Ed25519 key')
  return key
}

/** Names a key. */
export const keyDigest = (pem: string): string => `sha256:${createHash('sha256').update(pem.trim()).digest('hex')}`

/**
 * Throws `PackError` unless the registry holds a signature of exactly this digest by this key, in the layout of cosign: tag
 * `sha256-<hex>.sig`, one layer for each signature. Whatever cannot be read counts as no signature.
 */
export async function mustBeSigned(
  client: OciClient,
  repository: string,
  digest: string,
  key: KeyObject,
  signal?: AbortSignal,
): Promise<void> {
  const found = await client.manifest(repository, `${digest.replace(':', '-')}.sig`, signal)
  const layers = (found?.manifest.layers ?? []).filter(({ mediaType }) => mediaType === SIMPLE_SIGNING)
  if (layers.length === 0)
    throw packError('signature', `is missing: the registry must hold signed packs only, and ${digest} is not signed`)
  for (const layer of layers.slice(0, maxSignatures))
    if (await isSignature(client, repository, layer, digest, key, signal)) return
  throw packError('signature', `of ${digest} is not by the key of this registry`)
}

async function isSignature(
  client: OciClient,
  repository: string,
  layer: Descriptor,
  digest: string,
  key: KeyObject,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const signature = layer.annotations?.[SIGNATURE]
  if (typeof signature !== 'string' || layer.size > payloadBytes) return false
  const payload = await client.blob(repository, layer, signal)
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return verify(algorithm, payload, key, Buffer.from(signature, 'base64')) && signedDigest(payload) === digest
}

/** The digest that a simple signing document is about. */
function signedDigest(payload: Buffer): unknown {
  try {
    const { critical } = JSON.parse(payload.toString('utf8')) as {
      critical?: { type?: unknown; image?: { 'docker-manifest-digest'?: unknown } }
    }
    return critical?.type === 'cosign container image signature' ? critical.image?.['docker-manifest-digest'] : null
  } catch {
    return null
  }
}
