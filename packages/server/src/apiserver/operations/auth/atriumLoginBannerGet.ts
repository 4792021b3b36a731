import { definePublicOperation } from '../../operation.ts'
import { bannerBefore } from '../tenants/login-banner.ts'

export const atriumLoginBannerGet = definePublicOperation('atriumLoginBannerGet', ({ query }, context) =>
  bannerBefore(context, query.org),
)
