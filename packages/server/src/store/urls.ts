/** The same server and user, another database. */
export const urlWithDatabase = (url: string, database: string): string =>
  url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${encodeURIComponent(database)}`)

/** The database a URL names, empty when it names none. */
export const databaseOf = (url: string): string =>
  decodeURIComponent(/^postgres(?:ql)?:\/\/[^/]*\/([^?]*)/.exec(url)?.[1] ?? '')

/** The same server and database as another user, without password: for servers that trust their socket. */
export const urlWithUser = (url: string, user: string): string =>
  url.replace(/^(postgres(?:ql)?:\/\/)(?:[^@/]*@)?/, `$1${encodeURIComponent(user)}@`)
