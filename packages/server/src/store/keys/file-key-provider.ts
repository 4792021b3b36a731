import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { KEY_BYTES, open, seal } from './envelope.ts'
import type { KeyProvider, WrappedKey } from './key-provider.ts'

const NONCE_BYTES = 12

/**
 * Root keys in a file of mode 0600, one per line: `<id> <base64 of 32 bytes>`, the newest first.
 * To rotate: `addRootKey`, then `rewrapKeys` of the store, then `dropRootKeys`. Keep a copy apart from database backups.
 */
export class FileKeyProvider implements KeyProvider {
  readonly #path: string
  readonly #random: Random
  #keys: Map<string, Buffer>

  /** Opens the file, and makes it with one key when it does not exist. */
  constructor(path: string, random: Random) {
    this.#path = path
    this.#random = random
    this.#keys = readKeys(path) ?? this.#create()
  }

  currentRootKey(): string {
    const [newest] = this.#keys.keys()
    if (newest === undefined) throw new AtriumError('InvalidState', `${this.#path} holds no key`)
    return newest
  }

  async wrap(key: Buffer, context: string): Promise<WrappedKey> {
    const rootKey = this.currentRootKey()
    const { nonce, ciphertext } = seal(this.#key(rootKey), key, context, this.#random)
    return { rootKey, wrapped: Buffer.concat([nonce, ciphertext]) }
  }

  async unwrap({ rootKey, wrapped }: WrappedKey, context: string): Promise<Buffer> {
    const sealed = { nonce: wrapped.subarray(0, NONCE_BYTES), ciphertext: wrapped.subarray(NONCE_BYTES) }
    return open(this.#key(rootKey), sealed, context)
  }

  /** Puts a new key on top, which wraps from now on. Returns its id. */
  addRootKey(): string {
    const id = this.#random.bytes(6).toString('hex')
    const keys = new Map([[id, this.#random.bytes(KEY_BYTES)], ...this.#keys])
    writeKeys(this.#path, keys)
    this.#keys = keys
    return id
  }

  /** Forgets all keys but the newest: what they wrapped and was not re-wrapped is lost. */
  dropRootKeys(): void {
    const id = this.currentRootKey()
    const keys = new Map([[id, this.#key(id)]])
    writeKeys(this.#path, keys)
    this.#keys = keys
  }

  #key(id: string): Buffer {
    const key = this.#keys.get(id)
    if (key === undefined)
      throw new AtriumError(
        'InvalidState',
        `root key ${id} is not in ${this.#path}: restore the file that belongs to this database`,
      )
    return key
  }

  #create(): Map<string, Buffer> {
    const keys = new Map([[this.#random.bytes(6).toString('hex'), this.#random.bytes(KEY_BYTES)]])
    writeKeys(this.#path, keys)
    return keys
  }
}

const readKeys = (path: string): Map<string, Buffer> | null => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  if ((statSync(path).mode & 0o077) !== 0)
    throw new AtriumError('InvalidState', `${path} may be read by others: chmod 600 it, and rotate the root key`)
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line, index) => {
      const [id = '', encoded = ''] = line.split(' ')
      const key = Buffer.from(encoded, 'base64')
      if (id === '' || key.length !== KEY_BYTES)
        throw new AtriumError('InvalidState', `${path}, line ${index + 1}: not a root key`)
      return [id, key]
    }),
  )
}

/** Whole or not at all: half a key file would lose every secret. */
const writeKeys = (path: string, keys: Map<string, Buffer>): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.tmp`
  const file = openSync(temporary, 'w', 0o600)
  try {
    writeSync(file, [...keys].map(([id, key]) => `${id} ${key.toString('base64')}\n`).join(''))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}
