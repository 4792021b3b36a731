import type { OperationId, RegisteredOperation } from '../../operation.ts'
import { defineOperation } from '../../operation.ts'
import { readAccountSpec } from '../accounts/account-spec.ts'
import type { AccountCloud } from '../accounts/clouds.ts'

type ValidateId = Extract<OperationId, `V1${string}AccountValidate`>

/** Tries credentials with the cloud itself, and saves nothing. Those of GCP stand below `spec`, all others by themselves. */
export const defineAccountValidate = (id: ValidateId, cloud: AccountCloud): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'cloudaccount.create',
    handler: async ({ subject: { tenant }, body }, { clouds }) => {
      const isBelowSpec = cloud.cloudType === 'gcp'
      const at = isBelowSpec ? 'spec.' : ''
      const spec = isBelowSpec ? (body as { spec?: object }).spec : body
      await clouds.checkAccount({ tenant, cloudType: cloud.cloudType, at, ...readAccountSpec(cloud, spec, at) })
    },
  })
