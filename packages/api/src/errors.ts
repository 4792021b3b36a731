/** Every error code a client can see, with the HTTP status it travels under. `docs/errors.md` explains each; a test holds both together. */
export const errorStatus = {
  /** The request does not fit the operation's schema or an invariant; `details` names the fields. */
  InvalidRequest: 400,
  /** The operation is part of the contract but not built yet. Never 404 or 501: clients would delete state or retry for an hour. */
  NotImplemented: 400,
  /** No or wrong credentials. */
  Unauthorized: 401,
  /** The password is right and too old; `details.expiredAt`. It is changed first, and opens nothing else. */
  PasswordExpired: 403,
  /** The credentials are right but do not permit this. */
  Forbidden: 403,
  /** The credentials are right, and the operator of the installation closed their tenant; `details.state` says how. */
  TenantInactive: 403,
  ResourceNotFound: 404,
  UserNotFound: 404,
  /** No cluster backup policy was ever set. */
  BackupNotConfigured: 400,
  /** Another object has the same unique name. */
  DuplicateName: 409,
  /** The object changed since it was read, or something that the request names was deleted at the same moment. */
  ResourceConflict: 409,
  /** Others refer to it; `details.usedBy` lists those the caller may see, `details.hidden` counts the others. */
  ResourceInUse: 409,
  /** The object is in a state that does not allow this now. */
  InvalidState: 409,
  /** A placeholder or variable has no value. */
  PackVariablesUndefined: 422,
  /** Packs do not fit each other, their values or the machines; `details.problems` lists layer, code and message. */
  PackConstraintsUnmet: 422,
  UnprocessableEntity: 422,
  /** The tenant has as many of these as it may; `details` names kind and limit. */
  ResourceLimitReached: 409,
  PayloadTooLarge: 413,
  /** URL and headers are longer than the server reads. */
  HeadersTooLarge: 431,
  /** It took the client too long to send its request. */
  RequestTimeout: 408,
  /** `If-Match` names another version than the object has now; `details.etag` is the present one. */
  PreconditionFailed: 412,
  /** More than this caller's share: try again later. */
  TooManyRequests: 429,
  /** A watch position that is no longer kept: list again, then watch from the list's position. */
  ResourceExpired: 410,
  /** Another worker took over; internal, never sent to clients. */
  LeaseLost: 409,
  /** Something of ours failed; `ref` finds it in the log. */
  InternalError: 500,
} as const
export type ErrorCode = keyof typeof errorStatus
