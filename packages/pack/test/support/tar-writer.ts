import { gzipSync } from 'node:zlib'

/** An entry as an attacker writes it: what is stated need not be so. */
export interface TarEntry {
  path: string
  content?: Buffer
  /** `0` file, `1` link, `2` symbolic link, `3` and `4` devices, `5` folder, `6` pipe, `L`, `K`, `x`, `g` headers of another entry. */
  type?: string
  link?: string
  /** Stated instead of the true size: a number, or the field itself. */
  size?: number | Buffer
  /** Wrong on purpose. */
  checksum?: string
}

const BLOCK = 512

/** A tar archive, not compressed and without any check. */
export const tarOf = (entries: readonly TarEntry[], end = Buffer.alloc(2 * BLOCK)): Buffer =>
  Buffer.concat([...entries.flatMap(blocksOf), end])

export const tarGzOf = (entries: readonly TarEntry[]): Buffer => gzipSync(tarOf(entries))

function blocksOf({
  path,
  content = Buffer.alloc(0),
  type = '0',
  link = '',
  size = content.length,
  checksum,
}: TarEntry): Buffer[] {
  const header = Buffer.alloc(BLOCK)
  header.write(path, 0, 100)
  header.write('0000644\0' + '0000000\0' + '0000000\0', 100)
  if (Buffer.isBuffer(size)) size.copy(header, 124, 0, 12)
  else header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0        ', 136)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]
}

/** Lines of a pax header: each begins with its own length. */
export function paxOf(fields: Record<string, string>): Buffer {
  const lines = Object.entries(fields).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    let length = rest.length
    while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length
    return `${length}${rest}`
  })
  return Buffer.from(lines.join(''))
}
