import { Agent, request as open } from 'node:http'
import type { FuzzRequest } from './request.ts'

export interface FuzzAnswer {
  status: number
  headers: Record<string, unknown>
  text: string
}

const answerLimitMs = 30_000

/** Sends cases over real connections, which stay. Null = the connection ended without an answer. */
export function openSender(port: number): { send(request: FuzzRequest): Promise<FuzzAnswer | null>; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve) => {
        const length = body === null ? [] : ['Content-Length', String(body.length)]
        const call = open({ agent, port, method, path, headers: ['Host', `127.0.0.1:${port}`, ...headers, ...length] })
        call.setTimeout(answerLimitMs, () => call.destroy())
        call.on('error', () => resolve(null))
        call.on('response', (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('error', () => resolve(null))
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(parts).toString('utf8'),
            }),
          )
        })
        call.end(body)
      }),
    close: () => agent.destroy(),
  }
}
