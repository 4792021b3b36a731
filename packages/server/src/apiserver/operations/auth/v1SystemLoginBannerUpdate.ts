import { systemTenant } from '@atrium/runtime/store/store.ts'
import { defineOperatorOperation } from '../../operation.ts'
import { checkBanner, loginBannerName } from '../tenants/login-banner.ts'

export const v1SystemLoginBannerUpdate = defineOperatorOperation(
  'v1SystemLoginBannerUpdate',
  'setting.manage',
  async ({ body, operator }, context) => {
    checkBanner(body)
    await context.identity.putSetting({ tenant: systemTenant, actor: operator.actor }, loginBannerName, body)
  },
)
