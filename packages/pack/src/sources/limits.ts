/** Bounds on everything read from outside. The largest of 220 published packs unpacks to 5.3 MB. */
export interface ArchiveLimits {
  archiveBytes: number
  unpackedBytes: number
  entryBytes: number
  entries: number
  /** Unpacked to packed; text compresses about 10:1, repeated text at most some 200:1 here. */
  ratio: number
  pathBytes: number
  /** Folders in folders. */
  depth: number
}

export const packLimits: ArchiveLimits = {
  archiveBytes: 50 * 1024 * 1024,
  unpackedBytes: 256 * 1024 * 1024,
  entryBytes: 64 * 1024 * 1024,
  entries: 10_000,
  ratio: 200,
  pathBytes: 255,
  depth: 20,
}

/** Small archives may compress better than the ratio allows: this much is always accepted. */
const ratioFloorBytes = 1024 * 1024

/** How far an archive of this size may grow. */
export const unpackedLimit = (packedBytes: number, limits: ArchiveLimits): number =>
  Math.min(limits.unpackedBytes, Math.max(ratioFloorBytes, packedBytes * limits.ratio))
