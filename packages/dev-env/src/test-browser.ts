import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request } from 'node:https'

export interface Page {
  url: string
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** What a page asks a browser to send, and where to. */
export interface PageForm {
  action: string
  fields: Record<string, string>
}

const entities: Record<string, string> = {
  '&amp;': '&',
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&#34;': '"',
  '&#39;': "'",
}
const unescaped = (text: string): string => text.replace(/&(?:amp|quot|lt|gt|#34|#39);/g, (one) => entities[one] ?? one)

/** The form of a page. */
export function formOf({ url, text, status }: Page): PageForm {
  const action = /<form [^>]*action="([^"]*)"/.exec(text)?.[1]
  if (action === undefined) throw new Error(`no form at ${url}: ${status} ${text.slice(0, 500)}`)
  const inputs = text.matchAll(/<input [^>]*?name="([^"]*)"\s+value="([^"]*)"/g)
  const fields = [...inputs].map(([, name = '', value = '']) => [name, unescaped(value)])
  return { action: new URL(unescaped(action), url).href, fields: Object.fromEntries(fields) }
}

/** What a browser does between two sites: it keeps cookies for each, follows redirects, and sends forms. */
export class TestBrowser {
  readonly #ca: string
  readonly #cookies = new Map<string, Map<string, string>>()

  constructor(ca: string) {
    this.#ca = ca
  }

  cookiesOf(origin: string): string {
    return [...(this.#cookies.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Keeps what an answer sets; an empty value takes a cookie away. */
  keep(origin: string, setCookie: unknown): void {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>()
    this.#cookies.set(origin, jar)
    for (const text of [setCookie ?? []].flat().map(String)) {
      const [pair = ''] = text.split(';')
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
  }

  /** Follows redirects from `url`, to which it sends the form, until one leaves its site, which is what is returned; or until there is none. */
  async follow(url: string, form?: Record<string, string>): Promise<Page> {
    const { origin } = new URL(url)
    for (let at = url, sent = form; ; sent = undefined) {
      const page = await this.#ask(at, sent)
      this.keep(origin, page.headers['set-cookie'])
      const next = page.headers.location === undefined ? null : new URL(page.headers.location, at)
      if (next === null) return page
      if (next.origin !== origin) return { ...page, url: next.href }
      at = next.href
    }
  }

  async #ask(url: string, form: Record<string, string> | undefined): Promise<Page> {
    const headers = { cookie: this.cookiesOf(new URL(url).origin) }
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const way = form ? { method: 'POST', headers: { ...headers, ...type } } : { headers }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { ca: this.#ca, ...way }, resolve)
        .on('error', reject)
        .end(form && new URLSearchParams(form).toString())
    })
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    return { url, status: response.statusCode ?? 0, headers: response.headers, text }
  }
}
