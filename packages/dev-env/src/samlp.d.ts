/** As much of it as tests use: the package has no types of its own. */
declare module 'samlp' {
  export interface SamlpRequest {
    method: string
    query: Record<string, string>
    body: Record<string, string>
    headers: Record<string, string | string[] | undefined>
    protocol: string
    originalUrl: string
  }
  export interface SamlpResponse {
    set(name: string, value: string): void
    send(answer: string | number, text?: unknown): void
    redirect(url: string): void
  }
  type Handler = (request: SamlpRequest, response: SamlpResponse, next: (error: Error) => void) => void

  const samlp: {
    auth(options: object): Handler
    logout(options: object): Handler
    metadata(options: object): Handler
    parseRequest(
      request: SamlpRequest,
      options: object,
      done: (error: Error | null, told?: { issuer?: string }) => void,
    ): void
  }
  export default samlp
}

declare module 'samlp/lib/sessionParticipants/index.js' {
  /** Services that somebody is signed in to. */
  export default class SessionParticipants {
    constructor(sessions: object[])
  }
}
