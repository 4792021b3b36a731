import type { Answer, TestApi } from './api.ts'
import { succeed } from './calls.ts'

export const password = 'correct horse'

/** The secret of a link that sets a password. */
export const tokenOf = (url: string): string => url.split('#')[1] ?? ''

/** A user of a new tenant, who signs in with `password`; `admin` is the tenant's. */
export async function newPerson(api: TestApi) {
  const { call: admin, tenant, ...made } = await api.newTenant()
  const user = await api.newUser(tenant.uid, [{ role: 'Tenant Viewer' }])
  await succeed(admin, `PUT /atrium/v1/users/${user.uid}/password`, { password })
  const signIn = (typed = password, headers: Record<string, string> = {}): Promise<Answer> =>
    api.as(headers)('POST /v1/auth/authenticate', { body: { emailId: user.email, password: typed } })
  return { ...made, ...user, admin, tenant, signIn }
}
