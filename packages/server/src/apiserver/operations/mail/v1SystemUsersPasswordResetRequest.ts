import { definePublicOperation } from '../../operation.ts'

/** As `v1PasswordResetRequest`, for operators of the installation. */
export const v1SystemUsersPasswordResetRequest = definePublicOperation(
  'v1SystemUsersPasswordResetRequest',
  async ({ body, ip }, { identity }) => {
    await identity.mails.askForLink('operator', body.emailId, ip)
  },
)
