import { defineOperatorOperation } from '../../operation.ts'
import { changeBlockList } from './block-list.ts'

export const V1PasswordsBlockListUpdate = defineOperatorOperation('V1PasswordsBlockListUpdate', ({ body }, context) =>
  changeBlockList(context, body.spec?.passwords, 'add'),
)
