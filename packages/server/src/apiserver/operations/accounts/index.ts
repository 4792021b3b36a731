import type { RegisteredOperation } from '../../operation.ts'

export const accountsOperations: RegisteredOperation[] = []
