import type { FastifyInstance } from 'fastify'
import { linkPath } from '../../auth/passwords/issue-link.ts'
import { pageOf, sendPage } from './html.ts'

/** The token stays behind \`#\`: it is in no request but those that look at it and use it, and leaves the address with the page. */
const script = `const [form, told, whose] = [document.forms[0], document.getElementById('told'), document.getElementById('whose')]
const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
const tell = (text, isBad) => { told.textContent = text; told.className = isBad ? 'bad' : '' }
const noAnswer = 'The server does not answer. Try again.'
const post = async (path, body) => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch('/atrium/v1/links' + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const said = await answer.json()
  if (answer.ok) return said
  tell(said.message, true)
  return null
}
const begin = async () => {
  if (!token) return tell('Open this page by the link that you were given: it holds a secret that the address alone does not.', true)
  const found = await post('/find', { token })
  if (!found) return
  const { email, organization, isFirst } = found
  whose.textContent = (isFirst ? 'The first password of' : 'A new password of') + '\\n' + email + '\\n' +
    (organization ? 'in organisation ' + organization : 'operator of this installation')
  form.email.value = email
  form.hidden = false
  form.password.focus()
}
const done = ({ email, organization }) => {
  form.hidden = true
  const quoted = (text) => /^[\\w@.+-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\\\''") + "'"
  tell('The password is set. Sign in with it:\\n')
  const code = document.createElement('code')
  code.textContent = 'atrium login ' + location.origin + ' --email ' + quoted(email) +
    (organization ? ' --org ' + quoted(organization) : ' --system')
  told.append(code)
}
form.onsubmit = async (event) => {
  event.preventDefault()
  const [password, again, button] = [form.password.value, form.again.value, form.set]
  if (password !== again) return tell('The two are not the same.', true)
  button.disabled = true
  tell('')
  try {
    const used = await post('', { token, password })
    if (used) done(used)
  } catch { tell(noAnswer, true) } finally { button.disabled = false }
}
begin().catch(() => tell(noAnswer, true))`

const body = `<p id="whose"></p><form hidden><input name="email" autocomplete="username" hidden readonly>
<label>Password<input name="password" type="password" autocomplete="new-password" required></label>
<label>Once more<input name="again" type="password" autocomplete="new-password" required></label>
<button name="set">Set it</button></form>
<p id="told" role="status"></p><noscript><p class="bad">This page needs JavaScript: without it the secret of the link would be in logs.</p></noscript>`

const page = pageOf({ title: 'Set a password', body, script })

/** The page is the same for everybody. */
export function addLinkPage(app: FastifyInstance): void {
  app.get(linkPath, async (_request, reply) => sendPage(reply, page))
}
