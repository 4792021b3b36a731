const factors: Record<string, number> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}
const QUANTITY = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/

/** The number a Kubernetes quantity stands for (`250m` = 0.25, `1Gi` = 2^30), or null when it is none. */
export function parseQuantity(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return null
  const match = QUANTITY.exec(value)
  if (!match) return null
  const [, digits = '', exponent = '', unit = ''] = match
  return Number(digits + exponent) * (factors[unit] ?? Number.NaN)
}
