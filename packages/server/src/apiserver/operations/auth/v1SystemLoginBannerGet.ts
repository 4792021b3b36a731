import { definePublicOperation } from '../../operation.ts'
import { bannerBefore } from '../tenants/login-banner.ts'

/** The installation's: shown before anybody is known. */
export const v1SystemLoginBannerGet = definePublicOperation('v1SystemLoginBannerGet', (_, context) =>
  bannerBefore(context, undefined),
)
