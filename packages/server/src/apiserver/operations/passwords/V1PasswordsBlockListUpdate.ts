import { defineOperatorOperation } from '../../operation.ts'
import { changeBlockList } from './block-list.ts'

export const V1PasswordsBlockListUpdate = defineOperatorOperation(
  'V1PasswordsBlockListUpdate',
  'setting.manage',
  ({ body, operator }, context) => changeBlockList(context, operator.actor, body.spec?.passwords, 'add'),
)
