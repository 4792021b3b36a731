import type { Attempt } from './attempts.ts'

export interface Outcome {
  attempt: Attempt
  status: number
  text: string
}

/** Sends all attempts over HTTP with these credentials, a few at a time. */
export async function run(url: string, attempts: Attempt[], credentials: Record<string, string>): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const queue = attempts.values()
  const worker = async (): Promise<void> => {
    for (const attempt of queue) {
      const hasBody = attempt.body !== undefined && attempt.method !== 'GET'
      const response = await fetch(url + attempt.url, {
        method: attempt.method,
        headers: { 'content-type': 'application/json', ...attempt.headers, ...credentials },
        ...(hasBody ? { body: JSON.stringify(attempt.body) } : {}),
        redirect: 'manual',
      })
      outcomes.push({ attempt, status: response.status, text: await response.text() })
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return outcomes
}

/** One line that finds the attempt again. */
export const describe = ({ attempt, status, text }: Outcome): string =>
  `${attempt.operation.id}: ${attempt.method} ${attempt.url} -> ${status} ${text.slice(0, 300)}`
