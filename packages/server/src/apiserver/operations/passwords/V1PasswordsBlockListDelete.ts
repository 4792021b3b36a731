import { defineOperatorOperation } from '../../operation.ts'
import { changeBlockList } from './block-list.ts'

export const V1PasswordsBlockListDelete = defineOperatorOperation(
  'V1PasswordsBlockListDelete',
  'setting.manage',
  ({ body, operator }, context) => changeBlockList(context, operator.actor, body.spec?.passwords, 'remove'),
)
