/** Units of Kubernetes quantities. */
const factors: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}
const per = { cpu: 1e-3, memory: 2 ** 20, diskSize: 1e9 } as const

/** A quantity as Kubernetes writes it (`250m`, `1.5`, `512Mi`) in millicores, MiB or GB; null for what is none. */
export function quantity(type: keyof typeof per, text: string | undefined): number | null {
  const match = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*$/.exec(text ?? '')
  const factor = match ? factors[match[2] ?? ''] : undefined
  if (match === null || factor === undefined) return null
  return Math.ceil(Number((Number(match[1]) * factor) / per[type]) - 1e-9)
}
