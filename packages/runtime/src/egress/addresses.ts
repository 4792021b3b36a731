import { BlockList, isIP, isIPv4 } from 'node:net'

/** Address ranges that are not the public internet; each `[cidr base, prefix]`. RFC 6890 and its successors. */
const SPECIAL: Record<'ipv4' | 'ipv6', [string, number][]> = {
  ipv4: [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ],
  ipv6: [
    ['::', 96],
    // IPv4 inside IPv6 (NAT64, 6to4, Teredo) reaches private addresses by a detour.
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['2002::', 16],
    ['2001::', 23],
    ['100::', 64],
    ['2001:db8::', 32],
    ['3fff::', 20],
    ['5f00::', 16],
    ['fc00::', 7],
    ['fe80::', 9],
    ['ff00::', 8],
  ],
}

const listOf = (entries: [string, number, 'ipv4' | 'ipv6'][]): BlockList => {
  const list = new BlockList()
  for (const [base, prefix, family] of entries) list.addSubnet(base, prefix, family)
  return list
}
const special = listOf([
  ...SPECIAL.ipv4.map(([base, prefix]): [string, number, 'ipv4'] => [base, prefix, 'ipv4']),
  ...SPECIAL.ipv6.map(([base, prefix]): [string, number, 'ipv6'] => [base, prefix, 'ipv6']),
])

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const unmapped = (address: string): string => MAPPED.exec(address)?.[1] ?? address

/** Decides which addresses may be dialled: public unicast, and what the operator listed. */
export type AddressRule = (address: string) => boolean

/** `allowed` is a list of CIDRs (`10.0.0.0/8`, `::1/128`); throws on one it cannot read. */
export const addressRule = (allowed: readonly string[]): AddressRule => {
  const list = listOf(allowed.map(parseCidr))
  return (raw) => {
    const address = unmapped(raw)
    if (isIP(address) === 0) return false
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    return list.check(address, family) || !special.check(address, family)
  }
}

const parseCidr = (cidr: string): [string, number, 'ipv4' | 'ipv6'] => {
  const [base = '', prefixText = ''] = cidr.split('/')
  const family = isIP(base)
  const prefix = Number(prefixText)
  if (family === 0 || !/^\d+$/.test(prefixText) || prefix > (family === 4 ? 32 : 128))
    throw new Error(`"${cidr}" is no address range: write it like 10.0.0.0/8 or fd00::/8.`)
  return [base, prefix, family === 4 ? 'ipv4' : 'ipv6']
}
