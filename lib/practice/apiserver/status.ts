/** Errors as a Kubernetes API server answers them: `Status` objects with the real texts. */

export interface Cause {
  reason?: string
  message: string
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: Cause[]
  retryAfterSeconds?: number
}

/** What an error is about: resource (plural) and group, and the object's name. */
export interface About {
  group: string
  plural: string
  /** For `Invalid`, which names the kind. */
  kind?: string
}

/** What a Status carries of `metadata`: a token to go on with after an expired list. */
export interface StatusMeta {
  continue?: string
}

/** An error that becomes the answer of a request. */
export class ApiError extends Error {
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined
  readonly headers: Record<string, string>
  metadata: StatusMeta = {}
  constructor(
    code: number,
    reason: string,
    message: string,
    details?: StatusDetails,
    headers: Record<string, string> = {},
  ) {
    super(message)
    this.name = "ApiError"
    this.code = code
    this.reason = reason
    this.details = details
    this.headers = headers
  }
  toStatus() {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: this.metadata,
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    }
  }
}

/** A success without an object; deletions say no code. */
export const success = (code?: number, details?: StatusDetails) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  ...(details === undefined ? {} : { details }),
  ...(code === undefined ? {} : { code }),
})

/** `sites.skupper.io`, or `pods` for the core group. */
export const qualified = ({ group, plural }: About): string => (group === "" ? plural : `${plural}.${group}`)

const detailsOf = (about: About, name: string, more: StatusDetails = {}): StatusDetails => ({
  ...(name === "" ? {} : { name }),
  ...(about.group === "" ? {} : { group: about.group }),
  kind: about.plural,
  ...more,
})

export const notFound = (about: About, name: string) =>
  new ApiError(404, "NotFound", `${qualified(about)} "${name}" not found`, detailsOf(about, name))

/** A path of a group that nobody serves: answered in plain text, not as a `Status`. */
export class NotServed extends ApiError {
  constructor() {
    super(404, "NotFound", "404 page not found")
  }
}

/** @param known the group is one of the server's own, whose missing paths are a `Status` */
export const notServed = (known = false) =>
  known
    ? new ApiError(404, "NotFound", "the server could not find the requested resource", {})
    : new NotServed()

/** @param going the one that is there is being deleted */
export function alreadyExists(about: About, name: string, going = false) {
  const what = `${qualified(about)} "${name}" already exists`
  const details = detailsOf(about, name)
  return new ApiError(409, "AlreadyExists", going ? `object is being deleted: ${what}` : what, details)
}

export const conflict = (about: About, name: string, why: string) =>
  new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(about)} "${name}": ${why}`,
    detailsOf(about, name),
  )

export const modified = (about: About, name: string) =>
  conflict(
    about,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  )

export const forbidden = (about: About, name: string, why: string, causes?: Cause[]) =>
  new ApiError(
    403,
    "Forbidden",
    `${qualified(about)}${name === "" ? "" : ` "${name}"`} is forbidden: ${why}`,
    detailsOf(about, name, causes === undefined ? {} : { causes }),
  )

export function invalid(about: About, name: string, causes: Cause[]) {
  const lines = causes.map((one) => (one.field === undefined ? one.message : `${one.field}: ${one.message}`))
  const what = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`
  const kind = about.group === "" ? about.kind : `${about.kind}.${about.group}`
  const details = { ...detailsOf(about, name), kind: about.kind ?? about.plural, causes }
  return new ApiError(422, "Invalid", `${kind} "${name}" is invalid: ${what}`, details)
}

export const required = (field: string, why = ""): Cause => ({
  reason: "FieldValueRequired",
  message: `Required value${why === "" ? "" : `: ${why}`}`,
  field,
})

export const invalidValue = (field: string, value: unknown, why: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${typeof value === "string" ? JSON.stringify(value) : String(value)}: ${why}`,
  field,
})

/** What a patch made is no object of its kind: a 422 that names nothing. */
export const invalidPatch = (shown: string, why: string): ApiError =>
  invalid({ group: "", plural: "", kind: "" }, "", [invalidValue("patch", shown, why)])

/** A value that cannot be read as what its field holds; whoever knows the kind makes a 400 of it. */
export class Unreadable extends Error {}

export const badRequest = (message: string) => new ApiError(400, "BadRequest", message)
export const unauthorized = () => new ApiError(401, "Unauthorized", "Unauthorized")
export const expired = (message: string) => new ApiError(410, "Expired", message)
export const timeout = (resourceVersion: number, current: number) =>
  new ApiError(
    504,
    "Timeout",
    `Timeout: Too large resource version: ${resourceVersion}, current: ${current}`,
    {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  )
export const methodNotAllowed = () =>
  new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})
/** Options of a request that do not fit: `ListOptions.meta.k8s.io "" is invalid: …`. */
export const invalidOptions = (kind: string, ...causes: Cause[]) =>
  invalid({ group: "meta.k8s.io", plural: kind.toLowerCase(), kind }, "", causes)
export const forbiddenField = (field: string, why: string): Cause => ({
  reason: "FieldValueForbidden",
  message: `Forbidden: ${why}`,
  field,
})
export const unsupported = (field: string, value: unknown, words: readonly string[]): Cause => ({
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${words.map((word) => JSON.stringify(word)).join(", ")}`,
  field,
})
export const unsupportedMedia = (accepted: readonly string[]) =>
  new ApiError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  )
