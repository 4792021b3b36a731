/** Where a command writes: results for programs go to stdout, everything said to people while it works does as well unless `json`. */
export interface Printer {
  say(line?: string): void
  /** The command's result: the last thing on stdout. */
  result(line: string): void
}

export const createPrinter = (json: boolean): Printer => ({
  say: (line = '') => void (json ? process.stderr : process.stdout).write(`${line}\n`),
  result: (line) => void process.stdout.write(`${line}\n`),
})
