import { definePublicOperation } from '../../operation.ts'

/** A link for whoever has this address and forgot their password. The answer is the same whether anybody has it. */
export const v1PasswordResetRequest = definePublicOperation(
  'v1PasswordResetRequest',
  async ({ body, ip }, { identity }) => {
    await identity.mails.askForLink('user', body.emailId, ip)
  },
)
