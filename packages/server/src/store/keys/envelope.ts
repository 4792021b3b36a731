import { createCipheriv, createDecipheriv } from 'node:crypto'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'

export const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface Sealed {
  nonce: Buffer
  /** With the 16-byte tag at its end. */
  ciphertext: Buffer
}

/** AES-256-GCM. Random nonces are safe far beyond what one key here ever seals (2^32). */
export const seal = (key: Buffer, plain: Buffer, context: string, random: Random): Sealed => {
  const nonce = random.bytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context))
  return { nonce, ciphertext: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) }
}

/** Throws when key, content or context is not exactly what was sealed; the message tells nothing of the content. */
export const open = (key: Buffer, sealed: Sealed, context: string): Buffer => {
  try {
    const end = sealed.ciphertext.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.ciphertext.subarray(end))
    return Buffer.concat([decipher.update(sealed.ciphertext.subarray(0, end)), decipher.final()])
  } catch (error) {
    throw new AtriumError('InternalError', `a secret cannot be opened: wrong key, or it was changed (${context})`, {
      cause: error,
    })
  }
}
