/** Shown in place of what is secret; a client that sends it back means "unchanged". */
export const maskedValue = '********'
