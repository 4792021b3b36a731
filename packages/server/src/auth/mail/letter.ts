import type { LinkPurpose } from '../../store/identity/mails.ts'

/** What a mail tells of its link. */
export interface Letter {
  purpose: LinkPurpose
  email: string
  /** Name of the user's tenant; '' for an operator. */
  organization: string
  causedBy: string
  /** They have no password yet. */
  isFirst: boolean
  url: string
  /** RFC 3339. */
  expiresAt: string
}

const longestName = 100

/** A name as it stands in a line: one that holds line breaks, or marks that turn text around, writes no line of its own. */
const named = (text: string): string =>
  [...text.replaceAll(/[\p{C}\p{Z}\s]+/gu, ' ').trim()].slice(0, longestName).join('')

/** The mail in plain text: who caused it, what the link does and until when, and what to do about one that nobody expects. */
export function letterOf(letter: Letter): { subject: string; text: string } {
  const { purpose, isFirst, url, expiresAt } = letter
  const [email, organization, causedBy] = [letter.email, letter.organization, letter.causedBy].map(named)
  const where = organization ? `in the organisation '${organization}'` : 'as an operator of this installation'
  const origin = new URL(url).origin
  const why = {
    invited: `${causedBy} made an account for ${email} ${where}, at ${origin}.`,
    reset: `${causedBy} asks you to set a new password for ${email} ${where}, at ${origin}.`,
    asked: `Somebody at the address ${causedBy} asked for a link that sets a new password for ${email} ${where}, at ${origin}.`,
  }[purpose]
  const ifUnexpected = {
    invited: 'If you do not know what this is about, do nothing: nobody signs in to the account without the link.',
    reset: 'If you did not expect this, ask them before you use the link. Your present password stays until you do.',
    asked:
      'If it was not you, do nothing: your password stays as it is, and whoever asked did not see this link. Tell an administrator if it happens again.',
  }[purpose]
  const what = isFirst ? 'Set your first password' : 'Set a new password'
  const lines = [
    why,
    `${what} by this link:`,
    url,
    `It works once, until ${new Date(expiresAt).toUTCString()}. A newer link takes its place. Give it to nobody: whoever has it sets your password.`,
    ifUnexpected,
    'This mail was sent by Atrium. Nobody reads answers to it.',
  ]
  const subject = organization ? `Atrium: ${what.toLowerCase()} for '${organization}'` : `Atrium: ${what.toLowerCase()}`
  return { subject, text: `${lines.join('\n\n')}\n` }
}
