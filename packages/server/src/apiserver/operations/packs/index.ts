import type { RegisteredOperation } from '../../operation.ts'

export const packsOperations: RegisteredOperation[] = []
