import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** One line of standard input; on a terminal asked for with `question`, and not shown as it is typed. */
export async function readSecret(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const input = process.stdin
  const lines = createInterface({ input, output: silent, terminal: input.isTTY })
  try {
    if (!input.isTTY) {
      for await (const line of lines) return line
      return ''
    }
    process.stderr.write(question)
    const line = await lines.question('')
    process.stderr.write('\n')
    return line
  } finally {
    lines.close()
  }
}
