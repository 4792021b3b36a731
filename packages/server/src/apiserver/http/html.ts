import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

const style = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:min(4rem,8vh) auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.2}p{white-space:pre-line}label{display:block;margin:1rem 0}
input,button{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;margin:.3rem 0}
code{font-size:.9em}.bad{color:#b3261e}[hidden]{display:none}
@media(prefers-color-scheme:dark){.bad{color:#f2b8b5}}`

const sourceOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as it stands in a page. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => escapes[one] ?? '')

export interface Page {
  html: string
  policy: string
}

/** `body` is HTML. The page runs nothing but its own script, loads nothing, and stands in no frame. */
export function pageOf({ title, body, script }: { title: string; body: string; script?: string }): Page {
  const head = `<meta charset="utf-8"><title>Atrium: ${escaped(title)}</title><meta name="viewport" content="width=device-width,initial-scale=1"><style>${style}</style>`
  const policy = [
    ...["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    `style-src ${sourceOf(style)}`,
    ...(script === undefined ? [] : ["connect-src 'self'", `script-src ${sourceOf(script)}`]),
  ]
  const run = script === undefined ? '' : `<script>${script}</script>`
  return {
    html: `<!doctype html><html lang="en"><head>${head}</head><body><h1>${escaped(title)}</h1>${body}${run}</body></html>\n`,
    policy: policy.join('; '),
  }
}

/** No copy is kept, and nobody learns from where a person went on. */
export const sendPage = (reply: FastifyReply, { html, policy }: Page): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', policy)
    .send(html)
