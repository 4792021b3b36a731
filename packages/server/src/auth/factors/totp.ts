import { Secret as Key, TOTP } from 'otpauth'

/** RFC 6238 as every authenticator app does it. */
const settings = { algorithm: 'SHA1', digits: 6, period: 30 } as const
export const totpSecretBytes = 20
/** Steps before and after the present one: clocks differ. */
const window = 1

const totpOf = (secret: Buffer, names: { issuer?: string; label?: string } = {}): TOTP =>
  new TOTP({ ...settings, ...names, secret: new Key({ buffer: Uint8Array.from(secret).buffer }) })

/** What an app is told: the secret in base32 to type, and an address for a QR code. */
export function enrolment(secret: Buffer, label: string): { secret: string; uri: string } {
  const totp = totpOf(secret, { issuer: 'Atrium', label })
  return { secret: totp.secret.base32, uri: totp.toString() }
}

/** The time step that a code belongs to; null when it is none of these. */
export function stepOf(secret: Buffer, code: string, nowMs: number): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window })
  return delta === null ? null : Math.floor(nowMs / 1000 / settings.period) + delta
}
