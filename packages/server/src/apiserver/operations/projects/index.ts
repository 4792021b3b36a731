import type { RegisteredOperation } from '../../operation.ts'

export const projectsOperations: RegisteredOperation[] = []
