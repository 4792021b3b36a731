import { azure } from './clouds.ts'
import { defineAccountDelete } from './define.ts'

export const v1CloudAccountsAzureDelete = defineAccountDelete('v1CloudAccountsAzureDelete', azure)
