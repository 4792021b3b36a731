import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()

/** As much CBOR (RFC 8949) as attestations need: small maps, whole numbers, bytes and texts. */
function cbor(value: number | string | Buffer | Map<number | string, unknown>): Buffer {
  const head = (major: number, length: number): Buffer => {
    if (length < 24) return Buffer.from([(major << 5) | length])
    if (length < 256) return Buffer.from([(major << 5) | 24, length])
    return Buffer.from([(major << 5) | 25, length >> 8, length & 255])
  }
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  const entries = [...value].flatMap(([key, one]) => [cbor(key), cbor(one as Buffer)])
  return Buffer.concat([head(5, value.size), ...entries])
}

/** What may differ from what an honest browser and device do. */
export interface Signing {
  origin?: string
  /** Sent instead of the next one. */
  count?: number
  rpId?: string
}

/** A security key in software: one ES256 key, and a counter. */
export class Authenticator {
  readonly id = randomBytes(32)
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #origin: string
  #count = 0

  constructor(origin: string) {
    this.#origin = origin
  }

  /** The answer to `register/device/start`. */
  register({ challenge, rp }: { challenge: string; rp: { id: string } }, signing: Signing = {}) {
    const { x = '', y = '' } = this.#key.publicKey.export({ format: 'jwk' })
    const coordinates = [x, y].map((one) => Buffer.from(one, 'base64url')) as [Buffer, Buffer]
    const cose = new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, coordinates[0]],
      [-3, coordinates[1]],
    ])
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, cbor(cose)])
    const authData = Buffer.concat([this.#head(signing.rpId ?? rp.id, 0x41, 0), attested])
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ])
    return {
      ...this.#names(),
      response: {
        attestationObject: cbor(attestation).toString('base64url'),
        clientDataJSON: this.#clientData('webauthn.create', challenge, signing).toString('base64url'),
        transports: ['usb'],
      },
    }
  }

  /** The answer to `mfa/device/start`. */
  sign({ challenge, rpId }: { challenge: string; rpId: string }, signing: Signing = {}) {
    this.#count += 1
    const authenticatorData = this.#head(signing.rpId ?? rpId, 0x01, signing.count ?? this.#count)
    const clientData = this.#clientData('webauthn.get', challenge, signing)
    const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), this.#key.privateKey)
    return {
      ...this.#names(),
      response: {
        authenticatorData: authenticatorData.toString('base64url'),
        clientDataJSON: clientData.toString('base64url'),
        signature: signature.toString('base64url'),
      },
    }
  }

  #names() {
    const id = this.id.toString('base64url')
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {} }
  }

  #head(rpId: string, flags: number, count: number): Buffer {
    const tail = Buffer.alloc(5)
    tail.writeUInt8(flags)
    tail.writeUInt32BE(count, 1)
    return Buffer.concat([sha256(rpId), tail])
  }

  #clientData(type: string, challenge: string, { origin = this.#origin }: Signing): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  }
}
