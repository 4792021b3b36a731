import { systemTenant } from '@atrium/runtime/store/store.ts'
import { defineOperatorOperation, operatorActor } from '../../operation.ts'
import { checkBanner, loginBannerName } from '../tenants/login-banner.ts'

export const v1SystemLoginBannerUpdate = defineOperatorOperation(
  'v1SystemLoginBannerUpdate',
  async ({ body }, context) => {
    checkBanner(body)
    await context.identity.putSetting({ tenant: systemTenant, actor: operatorActor }, loginBannerName, body)
  },
)
