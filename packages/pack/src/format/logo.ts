/** More is no logo for a list: those of published packs have up to 126 KB. */
export const maxLogoBytes = 256 * 1024

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** The first part of every PNG, which has 13 bytes. */
const HEADER = [0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]

/** True for what begins as a PNG does and has the size of a logo. By its bytes: a name promises nothing. */
export const isLogo = (bytes: Uint8Array): boolean =>
  bytes.length <= maxLogoBytes && [...PNG, ...HEADER].every((byte, index) => bytes[index] === byte)
