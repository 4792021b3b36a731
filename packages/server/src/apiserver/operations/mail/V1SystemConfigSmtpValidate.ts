import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { invalid } from '../../invalid.ts'
import { defineOperatorOperation } from '../../operation.ts'
import { parseMailServer } from './parse.ts'

/** Connects to a mail server and signs in; nothing is saved, nothing sent. */
export const V1SystemConfigSmtpValidate = defineOperatorOperation(
  'V1SystemConfigSmtpValidate',
  'mail.manage',
  async ({ body }, { identity, mailer }) => {
    const given = parseMailServer(body)
    if (given === null) throw invalid('smtpServer', 'is missing')
    const problem = await mailer.check(await identity.mails.complete(given))
    if (problem) throw new AtriumError('InvalidRequest', problem.text, { details: { field: 'smtpServer' } })
  },
)
