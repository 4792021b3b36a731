import type { RegisteredOperation } from '../../operation.ts'

export const atriumOperations: RegisteredOperation[] = []
