import { defineOperatorOperation } from '../../operation.ts'
import { changeBlockList } from './block-list.ts'

export const V1PasswordsBlockListDelete = defineOperatorOperation('V1PasswordsBlockListDelete', ({ body }, context) =>
  changeBlockList(context, body.spec?.passwords, 'remove'),
)
