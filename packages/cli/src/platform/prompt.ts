import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Asks a person, or reads line after line of standard input where nobody sits. */
export interface Prompt {
  /** Somebody reads the questions. */
  isInteractive: boolean
  /** Shown as it is typed. */
  line(question: string): Promise<string>
  secret(question: string): Promise<string>
  close(): void
}

export function openPrompt(): Prompt {
  const input = process.stdin
  if (input.isTTY) {
    return {
      isInteractive: true,
      line: (text) => ask(text, true),
      secret: (text) => ask(text, false),
      close: () => undefined,
    }
  }
  const lines = createInterface({ input })
  const rest = lines[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await rest.next()
    return done === true ? '' : value
  }
  return { isInteractive: false, line: next, secret: next, close: () => lines.close() }
}

async function ask(question: string, isShown: boolean): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: isShown ? process.stderr : silent, terminal: true })
  try {
    if (!isShown) process.stderr.write(question)
    const line = await lines.question(isShown ? question : '')
    if (!isShown) process.stderr.write('\n')
    return line
  } finally {
    lines.close()
  }
}

/** One secret line for each question, without blanks around it. */
export async function readSecrets(...questions: string[]): Promise<string[]> {
  const prompt = openPrompt()
  try {
    const lines: string[] = []
    for (const question of questions) lines.push((await prompt.secret(question)).trim())
    return lines
  } finally {
    prompt.close()
  }
}
