/** Reads at the first call, and answers the same ever after. */
export function once<T>(read: () => T): () => T {
  let kept: { value: T } | undefined
  return () => (kept ??= { value: read() }).value
}
