import { crc32, deflateRawSync } from 'node:zlib'

/** An entry as an attacker writes it: what is stated need not be so. */
export interface ZipEntry {
  path: string
  content?: Buffer
  /** Unix mode, with the type of file. */
  mode?: number
  /** Stated instead of the true sizes. */
  unpackedBytes?: number
  packedBytes?: number
  method?: number
  flags?: number
  /** Where the content is said to be, instead of where it is. */
  offset?: number
  extra?: Buffer
}

export interface ZipOptions {
  /** Stated instead of the true number of entries. */
  entryCount?: number
  comment?: Buffer
}

/** A zip archive, without any check. */
export function zipOf(entries: readonly ZipEntry[], options: ZipOptions = {}): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const {
      path,
      content = Buffer.alloc(0),
      mode = 0o100644,
      method = 8,
      flags = 0x800,
      extra = Buffer.alloc(0),
    } = entry
    const packed = method === 8 ? deflateRawSync(content) : content
    const name = Buffer.from(path)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(flags, 2)
    fields.writeUInt16LE(method, 4)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(entry.packedBytes ?? packed.length, 14)
    fields.writeUInt32LE(entry.unpackedBytes ?? content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    bodies.push(Buffer.from('PK\u0003\u0004', 'latin1'), fields, name, packed)
    fields.writeUInt16LE(extra.length, 24)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((mode << 16) >>> 0, 6)
    rest.writeUInt32LE(entry.offset ?? offset, 10)
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0003', 'latin1'), fields, rest, name, extra)
    offset += 30 + name.length + packed.length
  }
  const list = Buffer.concat(directory)
  const { comment = Buffer.alloc(0), entryCount = entries.length } = options
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entryCount % 65_536, 4)
  end.writeUInt16LE(entryCount % 65_536, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(offset, 12)
  end.writeUInt16LE(comment.length, 16)
  return Buffer.concat([...bodies, list, Buffer.from('PK\u0005\u0006', 'latin1'), end, comment])
}
