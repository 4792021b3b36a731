import type { KernelLimits } from './wall.ts'

/** No answer came: a limit was broken, or the process ended. What it was given is to blame. */
export class ConfinedError extends Error {
  override readonly name = 'ConfinedError'
}

const OUT_OF_MEMORY = /out of memory|allocation failed|failed to allocate|cannot allocate memory/i
const MESSAGE_CHARS = 2000

/** What a process that ended said of itself, or which limit ended it. */
export const explainEnd = (
  { code, signal, said }: { code: number | null; signal: string | null; said: string },
  limits: KernelLimits,
): string => {
  if (OUT_OF_MEMORY.test(said)) return `used more than ${limits.memoryBytes / 1024 ** 2} MiB of memory`
  if (signal === 'SIGXCPU' || signal === 'SIGKILL') return `used more than ${limits.cpuSeconds} s of processor time`
  const words = said.trim().slice(0, MESSAGE_CHARS)
  return words === '' ? `its process ended (${signal ?? `exit code ${code}`})` : words
}

/** What a job itself says of its failure. */
export const explainFailure = (message: string, limits: KernelLimits): string =>
  explainEnd({ code: null, signal: null, said: message }, limits)
