import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperatorOperation } from '../../operation.ts'
import { parseMailServer } from './parse.ts'

/** Sets the mail server; without `smtpServer` no mail is sent any more. It is not tried: `…/validate` does. */
export const V1SystemConfigSmtpUpdate = defineOperatorOperation(
  'V1SystemConfigSmtpUpdate',
  'mail.manage',
  async ({ body, operator }, { identity, publicUrl }) => {
    const given = parseMailServer(body)
    if (given !== null && publicUrl === null) {
      const text = 'Links in mails need an address to lead to: start the servers with ATRIUM_PUBLIC_URL.'
      throw new AtriumError('InvalidState', text)
    }
    await identity.mails.putServer(operator.actor, given && (await identity.mails.complete(given)))
  },
)
