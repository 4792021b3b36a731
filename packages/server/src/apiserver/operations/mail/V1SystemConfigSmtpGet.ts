import { defineOperatorOperation } from '../../operation.ts'
import { viewMailServer } from './parse.ts'

/** How mail leaves the installation; empty where none does. */
export const V1SystemConfigSmtpGet = defineOperatorOperation(
  'V1SystemConfigSmtpGet',
  'mail.manage',
  async (_, { identity }) => viewMailServer(await identity.mails.settings()),
)
