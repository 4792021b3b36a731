import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import { verifyChain } from '@atrium/runtime/pki/verify.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureCertificate, openServerAuthority } from './authorities.ts'

const YEAR_MS = 365 * 24 * 3600_000
const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-pki-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const at = async (nowMs: number) => {
  const deps = { clock: new ManualClock(nowMs), random: systemRandom, logger: silentLogger }
  const authority = await openServerAuthority(folder, deps)
  return { authority, certificate: await ensureCertificate(join(folder, 'server'), authority, deps, names), deps }
}
const startMs = Date.UTC(2026, 0, 1)

describe('certificates of the server', () => {
  it('are made once, with keys for the owner alone', async () => {
    const first = await at(startMs)
    const second = await at(startMs + 1000)
    expect(second).toMatchObject({ authority: first.authority, certificate: first.certificate })
    expect(statSync(join(folder, 'ca.key')).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'server.key')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, 'ca.crt'), 'utf8')).toBe(first.authority.trust)
  })

  it('are issued anew near their end, or for other names, by the same authority', async () => {
    const first = await at(startMs)
    const later = await at(startMs + YEAR_MS)
    expect(later.authority).toEqual(first.authority)
    expect(later.certificate.cert).not.toBe(first.certificate.cert)
    const other = { ...names, dnsNames: ['localhost', 'plane.example'] }
    const renamed = await ensureCertificate(join(folder, 'server'), later.authority, later.deps, other)
    expect(renamed.cert).not.toBe(later.certificate.cert)
  })

  it('survive the change of authority: at every moment clients of the year before trust the server', async () => {
    let trustedBefore = (await at(startMs)).authority.trust
    const issuers = new Set<string>()
    for (let month = 1; month <= 25 * 12; month += 3) {
      const nowMs = startMs + (month * YEAR_MS) / 12
      const { authority, certificate, deps } = await at(nowMs)
      issuers.add(authority.issuer.certificatePem)
      for (const trusted of [authority.trust, trustedBefore])
        expect(
          () => verifyChain(certificate.cert, { trusted, clock: deps.clock, usage: 'server' }),
          `month ${month}`,
        ).not.toThrow()
      expect(splitPemBundle(authority.trust).length).toBeLessThanOrEqual(3)
      if (month % 2 === 0) trustedBefore = authority.trust
    }
    expect(issuers.size).toBe(4)
  })
})
