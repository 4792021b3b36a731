import type { SsoSubject } from '../../store/identity/sso.ts'
import { emailForm, foldEmail } from '../users.ts'
import { SsoRefusal } from './refusal.ts'
import type { ClaimNames } from './settings.ts'

/** What an identity provider says of a person, after everything about its answer was checked. */
export interface SsoPerson extends SsoSubject {
  /** In lower case. */
  email: string
  firstName: string
  lastName: string
  /** Names of teams, each once. */
  teams: string[]
  /** The provider's own session. */
  sessionIndex?: string
}

const maxTeams = 500
const maxTeamLength = 200
const maxNameLength = 200

const controls = /\p{Cc}/gu

/** A single text of a claim or attribute, which may stand in a list of one, as far as it can be stored. */
function textOf(value: unknown): string {
  const [first] = [value].flat()
  return typeof first === 'string' ? first.toWellFormed().replace(controls, '').trim() : ''
}

/** Names of teams: a list, or one text. Anything else in the list is no name. */
function teamsOf(value: unknown): string[] {
  const names = [value]
    .flat()
    .map(textOf)
    .filter((one) => one !== '' && one.length <= maxTeamLength)
  if (names.length > maxTeams) {
    throw new SsoRefusal(
      'tooManyTeams',
      `Your identity provider names ${names.length} teams; ${maxTeams} are taken. Let it name those alone that this platform knows.`,
    )
  }
  return [...new Set(names)]
}

/** Reads a person by the names the tenant gave. Whether the e-mail is one, `mustBelong` says. */
export const personOf = (values: Record<string, unknown>, names: ClaimNames): Omit<SsoPerson, keyof SsoSubject> => ({
  email: foldEmail(textOf(values[names.email])),
  firstName: textOf(values[names.firstName]).slice(0, maxNameLength),
  lastName: textOf(values[names.lastName]).slice(0, maxNameLength),
  teams: names.team === '' ? [] : teamsOf(values[names.team]),
})

/** Refuses a person without an e-mail, or with one outside `domains`; no domains = any. */
export function mustBelong({ email }: Pick<SsoPerson, 'email'>, domains: readonly string[]): void {
  const domain = email.length <= 254 ? emailForm.exec(email)?.[1] : undefined
  if (domain === undefined) {
    throw new SsoRefusal(
      'noEmail',
      'Your identity provider does not tell your e-mail address. Ask an administrator to look at the name of the e-mail claim in the settings of single sign-on.',
    )
  }
  if (domains.length === 0 || domains.some((own) => own.toLowerCase() === domain)) return
  throw new SsoRefusal(
    'emailDomain',
    `E-mail addresses of '${domain}' may not sign in to this organisation. Its administrators list the domains that may.`,
    { who: email, code: 'Forbidden' },
  )
}
