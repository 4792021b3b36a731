import type { RegisteredOperation } from '../../operation.ts'

export const profilesOperations: RegisteredOperation[] = []
