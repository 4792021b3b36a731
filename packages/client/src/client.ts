import type { Operations, Routes } from '@atrium/api/generated/operations.d.ts'
import { ApiError, errorOf } from './error.ts'
import { type Capabilities, withDeadline, withRetries } from './retry.ts'
import { Versions } from './versions.ts'
import { type WatchOptions, watchChanges } from './watch.ts'

export type Route = keyof Routes
type Of<R extends Route> = Operations[Routes[R]]

/** `params`, `query` and `body` of an operation; those it does not have are left out. */
export type CallInput<R extends Route> = (keyof Of<R>['params'] extends never
  ? { params?: undefined }
  : { params: Of<R>['params'] }) &
  (Of<R>['body'] extends undefined ? { body?: undefined } : { body: Of<R>['body'] }) & {
    query?: Of<R>['query']
    /** Uid of the project to work in; null = tenant scope. Default: the client's. */
    project?: string | null
    signal?: AbortSignal
  }

type Item<R extends Route> = Of<R>['response'] extends { items: (infer T)[] | null } ? T : never
/** Routes that answer with `items`. */
export type ListRoute = { [R in Route]: Item<R> extends never ? never : R }[Route]

export interface ClientOptions extends Capabilities {
  /** `https://host:port`. */
  url: string
  /** One of: an API key; a session token; the operator's token. Asked for before each request, so that it may change. */
  credential: () => { apiKey: string } | { token: string } | null
  project?: string | null
  /** Why changes are made: kept with each of them, and on the audit record. */
  note?: string | undefined
  /** How long a call may take, with its answer and every further try. Default 60 s, as the server's own; a watch has no end. */
  timeoutMs?: number
  /** One that trusts the server's certificate, where the platform's does not. */
  fetch?: typeof fetch
}

export interface Client {
  /**
   * One operation, e.g. `call('GET /v1/projects/{uid}', { params: { uid } })`. What changes nothing when repeated (GET,
   * PUT, DELETE) is repeated while the server cannot be reached or is overloaded. Rejects with `ApiError`, or with
   * an error that names the server which was not reached or did not answer in time.
   */
  call<R extends Route>(route: R, ...input: OptionalInput<R>): Promise<Of<R>['response']>
  /** Every item of a list, page by page. */
  list<R extends ListRoute>(route: R, ...input: OptionalInput<R>): AsyncGenerator<Item<R>>
  /** Changes as they happen; reconnects after the last one seen. Ends when `signal` aborts. */
  watch(options: WatchOptions): ReturnType<typeof watchChanges>
  /**
   * The same, which changes an object that it has read only as long as nobody else changes it: `PreconditionFailed` else.
   * For what reads one object and then changes it.
   */
  held(): Client
}
/** The input may be left out where nothing in it is needed. */
type OptionalInput<R extends Route> =
  Partial<CallInput<R>> extends CallInput<R> ? [input?: CallInput<R>] : [input: CallInput<R>]

type Scalar = string | number | boolean

interface AnyInput {
  params?: Record<string, Scalar> | undefined
  query?: Record<string, Scalar | Scalar[] | undefined> | undefined
  body?: unknown
  project?: string | null | undefined
  signal?: AbortSignal | undefined
}

function urlOf(base: string, path: string, { params, query }: AnyInput): URL {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params?.[name])))
  const url = new URL(base.replace(/\/$/, '') + filled)
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return url
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) return null
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body)
}

/** Headers are bytes, one character each: the UTF-8 of the text. */
const asHeader = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text))

async function read(response: Response): Promise<unknown> {
  if (!response.ok) throw await errorOf(response)
  // 204, and a 202 that promises nothing.
  if (response.status === 204 || response.headers.get('content-length') === '0') return undefined
  const type = response.headers.get('content-type') ?? 'application/json'
  return type.startsWith('application/json') ? response.json() : new Uint8Array(await response.arrayBuffer())
}

/** 96 bits. */
const keyFrom = ({ fraction }: Capabilities['random']): string =>
  Array.from({ length: 3 }, () => Math.floor(fraction() * 2 ** 32).toString(36)).join('-')

const defaultTimeoutMs = 60_000

export const createClient = (options: ClientOptions): Client => clientOf(options, null)

function clientOf(options: ClientOptions, versions: Versions | null): Client {
  const send = options.fetch ?? fetch
  const headersFor = (project: string | null | undefined, isChange = false): Record<string, string> => {
    const credential = options.credential()
    const scope = project === undefined ? options.project : project
    return {
      'content-type': 'application/json',
      ...(credential === null
        ? {}
        : 'apiKey' in credential
          ? { ApiKey: credential.apiKey }
          : { Authorization: credential.token }),
      ...(scope ? { ProjectUid: scope } : {}),
      ...(isChange && options.note !== undefined ? { 'Atrium-Note': asHeader(options.note) } : {}),
    }
  }

  const request = async (route: Route, input: AnyInput): Promise<unknown> => {
    const [method = '', path = ''] = route.split(' ')
    const url = urlOf(options.url, path, input)
    const isChange = method !== 'GET'
    // Two calls that make the same are two wishes; tries of one call are one.
    const key = keyFrom(options.random)
    const attempt = async (signal: AbortSignal): Promise<unknown> => {
      const expected = isChange && method !== 'POST' ? versions?.expectedAt(url.pathname) : undefined
      const headers = {
        ...headersFor(input.project, isChange),
        ...(expected !== undefined && { 'If-Match': expected }),
        ...(method === 'POST' && { 'Idempotency-Key': key }),
      }
      const response = await send(url, { method, headers, body: bodyOf(input.body), signal })
      if (response.ok && isChange) versions?.changed(expected, response.headers.get('etag'))
      if (response.ok && !isChange) versions?.read(url.pathname, response.headers.get('etag'))
      return read(response)
    }
    return withDeadline(options.url, options.timeoutMs ?? defaultTimeoutMs, input.signal, (signal) =>
      withRetries(options, method !== 'POST' && method !== 'PATCH', () => attempt(signal), signal),
    )
  }

  const list = async function* (route: Route, input: AnyInput): AsyncGenerator<unknown> {
    let token: string | undefined
    do {
      const query = { ...input.query, ...(token === undefined ? {} : { continue: token }) }
      const page = (await request(route, { ...input, query })) as {
        items: unknown[] | null
        listmeta?: { continue?: string }
      }
      yield* page.items ?? []
      const next = page.listmeta?.continue || undefined
      if (next !== undefined && next === token)
        throw new ApiError(200, 'InternalError', 'the list does not end', null, '')
      token = next
    } while (token !== undefined)
  }

  return {
    call: (route, ...[input]) => request(route, input ?? {}) as never,
    list: (route, ...[input]) => list(route, input ?? {}) as never,
    held: () => clientOf(options, new Versions()),
    watch: (watchOptions) =>
      watchChanges(options, watchOptions, (url, headers, signal) =>
        send(new URL(options.url.replace(/\/$/, '') + url), {
          headers: { ...headersFor(watchOptions.project), ...headers },
          signal,
        }),
      ),
  }
}
