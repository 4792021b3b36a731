/** One thing wrong with a pack, a values text or a profile: where it is, what is wrong, what to do. */
export interface Problem {
  /** File within the pack (`pack.json`, `values.yaml`), or the name of the text that was read. */
  file: string
  /** Dotted path of the field; empty when the whole text is meant. */
  path: string
  /** 1-based; 0 when no line can be named. */
  line: number
  /** 1-based; absent when only the line is known. */
  column?: number
  message: string
}

/** `values.yaml:12:3`, as far as it is known. */
export function placeOfProblem({ file, line, column }: Problem): string {
  if (line <= 0) return file
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`
}

/** `values.yaml:12:3 pack.namespace: must be …` */
function formatProblem(problem: Problem): string {
  const place = placeOfProblem(problem)
  return problem.path === '' ? `${place}: ${problem.message}` : `${place} ${problem.path}: ${problem.message}`
}

/** A text or pack that cannot be used. `problems` lists everything found, not only the first. */
export class PackError extends Error {
  override readonly name = 'PackError'
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[], options: { cause?: unknown } = {}) {
    super(problems.map(formatProblem).join('; '), options.cause === undefined ? undefined : { cause: options.cause })
    this.problems = problems
  }
}

/** A `PackError` of one problem. */
export const packError = (file: string, message: string, at: { path?: string; line?: number; cause?: unknown } = {}) =>
  new PackError([{ file, path: at.path ?? '', line: at.line ?? 0, message }], { cause: at.cause })
