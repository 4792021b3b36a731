/** A key wrapped by a root key, and which one. */
export interface WrappedKey {
  rootKey: string
  wrapped: Buffer
}

/**
 * Keeps the root keys, which never leave it and are never in the database or its backups.
 * `context` is bound into the wrapping: a wrapped key moved to another tenant does not open.
 */
export interface KeyProvider {
  /** Id of the root key that wraps now; older ones only unwrap. */
  currentRootKey(): string
  wrap(key: Buffer, context: string): Promise<WrappedKey>
  /** Throws when the root key is not held, or the wrapping was tampered with. */
  unwrap(wrapped: WrappedKey, context: string): Promise<Buffer>
}
