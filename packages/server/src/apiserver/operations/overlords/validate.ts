import type { OperationId, RegisteredOperation } from '../../operation.ts'
import { defineOperation } from '../../operation.ts'
import { readAccountSpec } from '../accounts/account-spec.ts'
import type { AccountCloud } from '../accounts/clouds.ts'
import { getGateway } from './gateway.ts'

type ValidateId = Extract<OperationId, `v1OverlordsUid${string}AccountValidate`>

/** Tries credentials where the gateway stands, and saves nothing. */
export const defineGatewayValidate = (id: ValidateId, cloud: AccountCloud): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'cloudaccount.create',
    handler: async ({ subject, params, body }, { clouds }) => {
      getGateway(subject, params.uid)
      const at = 'account.'
      const { tenant } = subject
      await clouds.checkAccount({ tenant, cloudType: cloud.cloudType, at, ...readAccountSpec(cloud, body.account, at) })
    },
  })
