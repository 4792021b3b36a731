import { defineOperation } from '../../operation.ts'

export const v1UsersInfoGet = defineOperation('v1UsersInfoGet', {
  scope: 'self',
  permission: null,
  handler: async ({ subject }) => ({
    orgName: subject.tenantName,
    tenantUid: subject.tenant,
    userUid: subject.userUid,
  }),
})
