import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request } from 'node:https'

interface Page {
  url: string
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** What a browser does between two sites: it keeps cookies for each, and follows redirects. */
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

  /** Follows redirects from `url` until one leaves its site, which is what is returned; or until there is none. */
  async follow(url: string): Promise<Page> {
    const { origin } = new URL(url)
    for (let at = url; ; ) {
      const page = await this.#get(at)
      this.keep(origin, page.headers['set-cookie'])
      const next = page.headers.location === undefined ? null : new URL(page.headers.location, at)
      if (next === null) return page
      if (next.origin !== origin) return { ...page, url: next.href }
      at = next.href
    }
  }

  async #get(url: string): Promise<Page> {
    const { origin } = new URL(url)
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { ca: this.#ca, headers: { cookie: this.cookiesOf(origin) } }, resolve)
        .on('error', reject)
        .end()
    })
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    return { url, status: response.statusCode ?? 0, headers: response.headers, text }
  }
}
