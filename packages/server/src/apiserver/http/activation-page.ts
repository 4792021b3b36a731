import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

const style = `body{font:16px system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}
label,input,button{display:block;width:100%;box-sizing:border-box;margin:.4rem 0}input,button{font:inherit;padding:.5rem}`

/** The token stays behind \`#\`: it is in no request but the one that uses it, and leaves the address with the page. */
const script = `const form = document.forms[0], told = document.getElementById('told')
const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
form.onsubmit = async (event) => {
  event.preventDefault()
  const [password, again] = [form.password.value, form.again.value]
  if (password !== again) { told.textContent = 'The two are not the same.'; return }
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ token, password })
  try {
    const answer = await fetch('/atrium/v1/links', { method: 'POST', headers, body })
    const said = await answer.json()
    told.textContent = answer.ok ? 'The password of ' + said.email + ' is set. Sign in with it.' : said.message
    if (answer.ok) form.hidden = true
  } catch { told.textContent = 'The server does not answer. Try again.' }
}`

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Atrium: set a password</title>
<meta name="viewport" content="width=device-width"><style>${style}</style></head><body><h1>Set a password</h1>
<form><label>Password<input name="password" type="password" autocomplete="new-password" required></label>
<label>Once more<input name="again" type="password" autocomplete="new-password" required></label><button>Set it</button></form>
<p id="told" role="status"></p><script>${script}</script></body></html>
`

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const policy = [
  ...["default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ...[`script-src ${hashOf(script)}`, `style-src ${hashOf(style)}`],
].join('; ')

/** Where people open a link that works once. */
export const activationPath = '/activate'

/** The page is the same for everybody, and runs nothing but its own script. */
export function addActivationPage(app: FastifyInstance): void {
  app.get(activationPath, async (_request, reply) =>
    reply
      .header('content-security-policy', policy)
      .header('referrer-policy', 'no-referrer')
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page),
  )
}
