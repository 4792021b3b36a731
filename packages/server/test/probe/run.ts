import type { FastifyInstance } from 'fastify'
import type { Attempt } from './attempts.ts'

export interface Outcome {
  attempt: Attempt
  status: number
  text: string
}

type Answer = Pick<Outcome, 'status' | 'text'>
/** Sends one attempt with these credentials. */
export type Send = (attempt: Attempt, credentials: Record<string, string>) => Promise<Answer>

const headersOf = (attempt: Attempt, credentials: Record<string, string>): Record<string, string> => ({
  ...{ 'content-type': 'application/json', ...attempt.headers },
  ...credentials,
})
const bodyOf = ({ body, method }: Attempt): string | undefined =>
  body !== undefined && method !== 'GET' ? JSON.stringify(body) : undefined

/** Over a connection, as clients do: for what a URL must survive. */
export const overHttp =
  (url: string): Send =>
  async (attempt, credentials) => {
    const body = bodyOf(attempt)
    const response = await fetch(url + attempt.url, {
      method: attempt.method,
      headers: headersOf(attempt, credentials),
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
    })
    return { status: response.status, text: await response.text() }
  }

/** Past the network, which costs more than most answers do. */
export const injected =
  (app: FastifyInstance): Send =>
  async (attempt, credentials) => {
    const body = bodyOf(attempt)
    const response = await app.inject({
      method: attempt.method as 'GET',
      url: attempt.url,
      headers: headersOf(attempt, credentials),
      ...(body === undefined ? {} : { payload: body }),
    })
    return { status: response.statusCode, text: response.body }
  }

/** Sends all attempts with these credentials, a few at a time. */
export async function run(send: Send, attempts: Attempt[], credentials: Record<string, string>): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const queue = attempts.values()
  const worker = async (): Promise<void> => {
    for (const attempt of queue) outcomes.push({ attempt, ...(await send(attempt, credentials)) })
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return outcomes
}

/** One line that finds the attempt again. */
export const describe = ({ attempt, status, text }: Outcome): string =>
  `${attempt.operation.id}: ${attempt.method} ${attempt.url} -> ${status} ${text.slice(0, 300)}`
