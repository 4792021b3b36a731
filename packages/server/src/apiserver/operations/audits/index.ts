import type { RegisteredOperation } from '../../operation.ts'
import { v1AuditsList } from './v1AuditsList.ts'
import { v1AuditsUidGet } from './v1AuditsUidGet.ts'
import { v1AuditsUidGetSysMsg } from './v1AuditsUidGetSysMsg.ts'
import { v1AuditsUidMsgUpdate } from './v1AuditsUidMsgUpdate.ts'

export const auditsOperations: RegisteredOperation[] = [
  v1AuditsList,
  v1AuditsUidGet,
  v1AuditsUidGetSysMsg,
  v1AuditsUidMsgUpdate,
]
