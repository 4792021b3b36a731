import { invalid } from '../invalid.ts'

/** A time of a client (RFC 3339) as the database takes it, which knows no years of five figures as JSON writes them. Throws `InvalidRequest`. */
export function parseTime(given: string, field: string): string {
  const ms = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d/.test(given) ? Date.parse(given) : Number.NaN
  const year = new Date(ms).getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) throw invalid(field, 'is no time. Write it as 2026-11-26T08:00:00Z')
  return new Date(ms).toISOString()
}
